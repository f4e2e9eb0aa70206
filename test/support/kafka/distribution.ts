import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { access, constants, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The newest of each line that the client is tested with. */
export const kafkaVersions = { current: '4.4.0', previous: '3.9.1' } as const
export type KafkaVersion = (typeof kafkaVersions)[keyof typeof kafkaVersions]

const leastJava = 17
const fetchTimeoutMs = 300_000

/** How long a failed download is not tried again, by any process. */
const failureLastsMs = 600_000

/**
 * What keeps this machine from running Kafka, or null. It begins with `needs` if the machine lacks a program. Downloads Kafka if it is not
 * in the cache yet; a failed download is the other reason.
 */
export const whyNoKafka = async (version: KafkaVersion = kafkaVersions.current): Promise<string | null> => {
  const java = await run('java', ['-version']).catch(() => null)
  const found = Number(/version "(\d+)/.exec(java?.stderr ?? '')?.[1] ?? 0)
  if (found < leastJava) return `needs Java ${leastJava} or later (openjdk-17-jre-headless)`
  if (existsSync(librariesOf(await cacheDirectory(), version))) return null
  const maven = await run('mvn', ['-v']).catch(() => null)
  if (maven === null) return 'needs Maven (maven)'
  try {
    await kafkaLibraries(version)
    return null
  } catch (error) {
    return `Kafka could not be fetched: ${error instanceof Error ? error.message : String(error)}`
  }
}

/**
 * The folder with the jars of a Kafka version, fetched once into a cache outside of the repository. Several processes may ask at the
 * same time: the folder appears whole, by a rename. Throws an error whose message is Maven's, in one line.
 */
export const kafkaLibraries = async (version: KafkaVersion): Promise<string> => {
  const cache = await cacheDirectory()
  const libraries = librariesOf(cache, version)
  if (existsSync(libraries)) return libraries
  const failure = `${libraries}.failed`
  const failed = statSync(failure, { throwIfNoEntry: false })
  if (failed && Date.now() - failed.mtimeMs < failureLastsMs) throw new Error(await readFile(failure, 'utf8'))
  const draft = await mkdtemp(join(cache, 'kafka-fetching-'))
  try {
    const pom = join(import.meta.dirname, 'pom.xml')
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${draft}`, `-Dkafka.version=${version}`]
    await run('mvn', ['-q', '-B', '-f', pom, ...goal, '-DincludeScope=runtime'], { timeout: fetchTimeoutMs })
    await rename(draft, libraries)
  } catch (error) {
    if (existsSync(libraries)) return libraries
    const reason = firstError(error)
    await writeFile(failure, reason)
    throw new Error(reason, { cause: error })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return libraries
}

const librariesOf = (cache: string, version: KafkaVersion): string => join(cache, `kafka-${version}`)

/** In the user's cache, or among the temporary files if that cannot be written. */
const cacheDirectory = async (): Promise<string> => {
  const wanted = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'coffer')
  try {
    await mkdir(wanted, { recursive: true })
    await access(wanted, constants.W_OK)
    return wanted
  } catch {
    const other = join(tmpdir(), `coffer-cache-${process.getuid?.() ?? 0}`)
    await mkdir(other, { recursive: true })
    return other
  }
}

const maxReasonCharacters = 300

/** Maven writes its errors to standard output and ends them with advice; the first says what happened. */
const firstError = (error: unknown): string => {
  const { stdout = '', message = '' } = error as { readonly stdout?: string; readonly message?: string }
  const line = stdout.split('\n').find((each) => each.startsWith('[ERROR] ')) ?? message
  return line.replace('[ERROR] ', '').replace(/\s+/g, ' ').slice(0, maxReasonCharacters)
}
