import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The newest of each line that the client is tested with. */
export const kafkaVersions = { current: '4.4.0', previous: '3.9.1' } as const
export type KafkaVersion = (typeof kafkaVersions)[keyof typeof kafkaVersions]

const leastJava = 17
const fetchTimeoutMs = 300_000

/** What keeps this machine from running Kafka, beginning with `needs`, or null. */
export const whyNoKafka = async (): Promise<string | null> => {
  const java = await run('java', ['-version']).catch(() => null)
  const version = Number(/version "(\d+)/.exec(java?.stderr ?? '')?.[1] ?? 0)
  if (version < leastJava) return `needs Java ${leastJava} or later (openjdk-17-jre-headless)`
  const maven = await run('mvn', ['-v']).catch(() => null)
  return maven === null ? 'needs Maven (maven)' : null
}

/**
 * The folder with the jars of a Kafka version, fetched once into a cache outside of the repository. Several processes may ask at the
 * same time: the folder appears whole, by a rename.
 */
export const kafkaLibraries = async (version: KafkaVersion): Promise<string> => {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'coffer')
  const libraries = join(cache, `kafka-${version}`)
  if (existsSync(libraries)) return libraries
  await mkdir(cache, { recursive: true })
  const draft = await mkdtemp(join(cache, 'kafka-fetching-'))
  try {
    const pom = join(import.meta.dirname, 'pom.xml')
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${draft}`, `-Dkafka.version=${version}`]
    await run('mvn', ['-q', '-B', '-f', pom, ...goal, '-DincludeScope=runtime'], { timeout: fetchTimeoutMs })
    await rename(draft, libraries)
  } catch (error) {
    if (!existsSync(libraries)) throw error
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return libraries
}
