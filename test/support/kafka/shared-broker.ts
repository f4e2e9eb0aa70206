import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'
import type { TestProject } from 'vitest/node'
import { freePorts } from '../free-ports.ts'
import { startKafkaBroker } from './broker.ts'
import { kafkaVersions, whyNoKafka } from './distribution.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly kafka: SharedKafka
  }
}

/** Where the tests of this run find Kafka (`host:port`), or why they do not. */
export type SharedKafka = { readonly brokers: readonly string[] } | { readonly missing: string }

type Running = { readonly brokers: readonly string[]; readonly stop: () => Promise<void> }

/** One Kafka for all test files of a run. */
export default async function shareKafka(project: TestProject): Promise<() => Promise<void>> {
  const running = await findKafka()
  project.provide('kafka', 'missing' in running ? running : { brokers: running.brokers })
  return async () => {
    if (!('missing' in running)) await running.stop()
  }
}

/**
 * What COFFER_TEST_KAFKA_BROKERS names (`host:port`, commas between), else a container where a Docker engine answers, else a process of our
 * own.
 */
export const findKafka = async (): Promise<Running | { readonly missing: string }> => {
  const given = process.env.COFFER_TEST_KAFKA_BROKERS
  if (given) return { brokers: given.split(','), stop: async () => {} }
  return (await startContainer()) ?? (await startProcess())
}

const startProcess = async (): Promise<Running | { readonly missing: string }> => {
  const missing = await whyNoKafka()
  if (missing !== null) return { missing }
  const broker = await startKafkaBroker()
  return { brokers: [broker.address], stop: broker.dispose }
}

/** Null where no Docker engine answers, or has no such image and cannot get it. */
const startContainer = async (): Promise<Running | null> => {
  const docker = await getContainerRuntimeClient().catch(() => null)
  if (docker === null) return null
  // With an engine on another machine, the containers are there.
  const { host } = docker.info.containerRuntime
  const [port = 0] = await freePorts(1)
  try {
    const container = await new GenericContainer(`apache/kafka:${kafkaVersions.current}`)
      .withExposedPorts({ container: 9092, host: port })
      .withEnvironment({
        KAFKA_NODE_ID: '1',
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://localhost:9093',
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
        KAFKA_HEAP_OPTS: '-Xmx256m',
      })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .withStartupTimeout(120_000)
      .start()
    const stop = async (): Promise<void> => {
      await container.stop()
    }
    return { brokers: [`${host}:${port}`], stop }
  } catch (error) {
    process.stderr.write(`Kafka did not start in a container, trying without Docker: ${error}\n`)
    return null
  }
}
