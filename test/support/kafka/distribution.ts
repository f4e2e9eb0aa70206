import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fetched, fetchOnce, fetchWith, hasProgram } from '../fetch-once.ts'

const run = promisify(execFile)

/** The newest of each line that the client is tested with. */
export const kafkaVersions = { current: '4.4.0', previous: '3.9.1' } as const
export type KafkaVersion = (typeof kafkaVersions)[keyof typeof kafkaVersions]

const leastJava = 17

/** Null if the Java on the path is new enough. */
export const whyNoJava = async (): Promise<string | null> => {
  const java = await run('java', ['-version']).catch(() => null)
  const found = Number(/version "(\d+)/.exec(java?.stderr ?? '')?.[1] ?? 0)
  return found < leastJava ? `needs Java ${leastJava} or later (openjdk-17-jre-headless)` : null
}

/**
 * What keeps this machine from running Kafka, or null. It begins with `needs` if the machine lacks a program. Downloads Kafka if it is not
 * in the cache yet; a failed download is the other reason.
 */
export const whyNoKafka = async (version: KafkaVersion = kafkaVersions.current): Promise<string | null> => {
  const noJava = await whyNoJava()
  if (noJava !== null) return noJava
  if ((await fetched(nameOf(version))).present) return null
  if (!(await hasProgram('mvn', '-v'))) return 'needs Maven (maven)'
  try {
    await kafkaLibraries(version)
    return null
  } catch (error) {
    return `Kafka could not be fetched: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The folder with the jars of a Kafka version, fetched once. Throws an error whose message is Maven's, in one line. */
export const kafkaLibraries = (version: KafkaVersion): Promise<string> =>
  fetchOnce(nameOf(version), (draft) =>
    fetchWith('mvn', [
      ...['-q', '-B', '-f', join(import.meta.dirname, 'pom.xml'), 'dependency:copy-dependencies'],
      ...[`-DoutputDirectory=${draft}`, `-Dkafka.version=${version}`, '-DincludeScope=runtime'],
    ]),
  )

const nameOf = (version: KafkaVersion): string => `kafka-${version}`
