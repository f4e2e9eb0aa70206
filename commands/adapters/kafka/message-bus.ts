import { type Admin, logLevel } from 'kafkajs'
import { deadLetterRetentionMs } from '../../dead-letter-message.ts'
import { type Consumer, type MessageBus, MessageBusUnavailable } from '../../ports/message-bus.ts'
import { createBrokerClock } from './broker-clock.ts'
import { createKafkaClient, type KafkaConnectionOptions } from './client.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { createKafkaDeadLetters } from './dead-letters.ts'
import { brokerRefusal, isStillLoading, translated } from './errors.ts'
import { type GroupConsumerOptions, startGroupConsumer } from './group-consumer.ts'
import { createGroupMembers } from './group-members.ts'
import { groupLag } from './group-offsets.ts'
import { createNamespacedBus } from './namespaced-bus.ts'
import { createPeers } from './peers.ts'
import { createPublisher, maxMessageBytes } from './publisher.ts'
import { createRenewable } from './renewable.ts'
import { createServerNames } from './server-names.ts'
import { createTopics, type TopicsOptions } from './topics.ts'

export type KafkaMessageBusOptions = KafkaConnectionOptions &
  TopicsOptions &
  Partial<GroupConsumerOptions> & {
    /** How often a process says to others of its groups that it lives, where they watch each other. */
    readonly beatMs?: number
    /** Stands, with a dot, before the names of all topics and groups on the brokers, where several systems share them. */
    readonly namespace?: string | null
    /** How long `publish`, `ensureTopics` and `lag` try before they say that the bus is unavailable. */
    readonly timeoutMs?: number
    /**
     * Told when the consumer of a group has stopped for good for a reason that trying again does not mend, such as wrong credentials: the
     * process is alive and does not do its work, so it should say that it is not ready, and end.
     */
    readonly onFatal?: (group: string, error: Error) => void
  }

/**
 * A broker that refuses is up. But kafkajs 2.2.4 asks for all topics that a client ever looked at whenever it asks for one. A client that knew
 * a removed topic then gets this answer to everything, even to the request to make the topic again.
 */
const isStillGood = (error: unknown): boolean => {
  const refusal = brokerRefusal(error)
  return error instanceof MessageBusUnavailable || (refusal !== null && refusal !== 'UNKNOWN_TOPIC_OR_PARTITION')
}

/** A message, and room for what a dead letter says of it. */
const maxLetterBytes = maxMessageBytes + 50_000

const missedBeats = 3

const defaults: GroupConsumerOptions & { readonly timeoutMs: number; readonly beatMs: number } = {
  sessionTimeoutMs: 10_000,
  beatMs: 1_000,
  silentMs: 3_000,
  heartbeatMs: 1_000,
  fetchWaitMs: 1_000,
  fetchPaceMs: 5,
  offsetDelayMs: 100,
  retryBaseMs: 100,
  retryMaxMs: 30_000,
  rejoinMaxMs: 1_000,
  leaveTimeoutMs: 5_000,
  stopTimeoutMs: 10_000,
  timeoutMs: 15_000,
}

/**
 * Topics on Apache Kafka 3.9 to 4.x (tried: 3.9.1 and 4.4.0) or what speaks its protocol. Connects when first used, and again by itself for ever.
 * Messages of more than 1,048,588 bytes are refused by `publish` with a RangeError.
 */
export const createKafkaMessageBus = (options: KafkaMessageBusOptions): MessageBus => {
  const { log, timeoutMs, ...timing } = { ...defaults, ...options }
  const kafka = createKafkaClient(options)
  const onProblem = (what: string, error: unknown): void => {
    const write = isStillLoading(error) ? log.debug : log.warn
    write.call(log, { err: error }, what)
  }
  const admin = createRenewable<Admin>({
    create: () => kafka.admin(),
    timeoutMs,
    survives: isStillGood,
    onProblem,
  })
  const topics = createTopics(admin, options)
  // Only errors: at every new producer the client warns of what `createPublisher` sees to, that retries come to an end.
  const producing = createKafkaClient(options, logLevel.ERROR)
  const publisher = createPublisher({ kafka: producing, topics, timeoutMs, onProblem })
  const names = createServerNames(options.namespace ?? null)
  const cluster = createRenewable<Cluster>({
    create: () => createCluster(kafka),
    timeoutMs,
    // What leads a partition or a group may be another broker by now, and only a new connection asks again.
    survives: () => false,
    onProblem,
  })
  const members = createGroupMembers({ admin, cluster })
  const peers = createPeers(
    {
      admin,
      cluster,
      topics,
      members,
      publish: publisher.publish,
      onProblem,
      onDismissed: (group, clientId) =>
        log.warn({ group, clientId }, 'a member of a group is silent: its partitions go to others'),
    },
    { topic: names.onServer('coffer.members'), name: options.clientId, beatMs: timing.beatMs, missedBeats },
  )
  const askForTime = createBrokerClock({ kafka: producing, topics, names, timeoutMs })
  const consumers = new Set<Consumer>()
  let closed: Promise<void> | undefined

  const whenOpen = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    if (closed !== undefined) throw new MessageBusUnavailable('the message bus is closed')
    try {
      return await work()
    } catch (error) {
      throw translated(what, error)
    }
  }

  const reader = createKafkaDeadLetters({ kafka, admin, timeoutMs, onProblem, whenOpen })

  const onFatal = (group: string, error: Error): void => {
    log.error({ err: error, group }, `the consumer of group ${group} has stopped and does not start again`)
    options.onFatal?.(group, error)
  }

  const close = async (): Promise<void> => {
    const bound = AbortSignal.timeout(timing.stopTimeoutMs)
    await Promise.all([...consumers].map((consumer) => consumer.stop(bound)))
    await peers.close()
    await Promise.all([publisher.close(), reader.close(), cluster.close(), admin.close()])
  }

  const bus: MessageBus = {
    ensureTopics: (specs) => whenOpen('creating topics on Kafka failed', () => topics.ensure(specs)),
    publish: (messages) => whenOpen('publishing to Kafka failed', () => publisher.publish(messages)),
    now: () => whenOpen('asking Kafka for the time failed', askForTime),
    removeGroups: (prefix) => whenOpen('removing groups failed', () => members.removeEmpty(prefix)),
    lag: (group) => whenOpen(`reading the lag of group ${group} failed`, () => groupLag(admin, group)),
    deadLetters: reader.deadLetters,
    consume: (consumeOptions) => {
      if (closed !== undefined) throw new MessageBusUnavailable('the message bus is closed')
      const consumer = startGroupConsumer(
        {
          kafka,
          admin,
          topics,
          members,
          peers,
          park: async (letter) => {
            const { topic: name } = letter
            const retentionMs = deadLetterRetentionMs
            await topics.ensure([{ name, partitions: 1, retentionMs, maxMessageBytes: maxLetterBytes }])
            await publisher.publish([letter], maxLetterBytes)
          },
          onProblem,
          onFatal,
        },
        consumeOptions,
        timing,
      )
      consumers.add(consumer)
      return {
        ready: consumer.ready,
        holds: consumer.holds,
        stop: async (signal) => {
          await consumer.stop(signal)
          consumers.delete(consumer)
        },
      }
    },
    close: () => {
      closed ??= close()
      return closed
    },
  }
  return createNamespacedBus(bus, names)
}
