import kafkajs from 'kafkajs'
import { MessageBusUnavailable } from '../../ports/message-bus.ts'

// By its default export: as named exports of this CommonJS package Node sees only the first few.
export const { KafkaJSAggregateError, KafkaJSDeleteGroupsError, KafkaJSNonRetriableError } = kafkajs
const { KafkaJSError, KafkaJSProtocolError } = kafkajs

/** A wait of ours that was over before the client had an answer. */
export class KafkaTimeout extends Error {
  override readonly name = 'KafkaTimeout'
  readonly code = 'KAFKA_TIMEOUT'
}

/**
 * kafkajs 2.2.4 asks a broker that it has just lost, or not reached yet, and then throws an error without a name or code of its own
 * (`src/broker/index.js`).
 */
const isNotConnected = (error: unknown): boolean =>
  error instanceof Error && error.name === 'Error' && error.message === 'Broker not connected'

/**
 * kafkajs 2.2.4 looks into what it was told of topics where it has just thrown that away, as it does when it lost its brokers
 * (`src/cluster/index.js`, `src/cluster/brokerPool.js`).
 */
const hasForgottenTopics = (error: unknown): boolean =>
  error instanceof TypeError && error.message.includes("'topicMetadata'") && error.stack?.includes('kafkajs') === true

/** What the client threw, as the port has it; bugs stay what they are. */
export const translated = (what: string, error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const isOfKafka =
    error instanceof KafkaJSError ||
    error instanceof KafkaJSAggregateError ||
    error instanceof KafkaTimeout ||
    isNotConnected(error) ||
    hasForgottenTopics(error)
  return isOfKafka ? new MessageBusUnavailable(`${what}: ${error.message}`, { cause: error }) : error
}

/** The broker's own name for what it refused, such as `UNKNOWN_TOPIC_OR_PARTITION`, however deep the client has wrapped it. */
export const brokerRefusal = (error: unknown): string | null => {
  if (error instanceof KafkaJSProtocolError) return error.type
  return error instanceof Error && error.cause !== undefined ? brokerRefusal(error.cause) : null
}

const ofStart: ReadonlySet<string | null> = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
])

/**
 * A broker that has just started, or taken over from another, says so of each group until it has read what it knows of it: seconds. And the
 * client asks for what it has not been told of a new topic yet, where two ask at once.
 */
export const isStillLoading = (error: unknown): boolean =>
  ofStart.has(brokerRefusal(error)) || (error instanceof Error && error.name === 'KafkaJSTopicMetadataNotLoaded')

/** What the client takes for final and is not: where no broker answers, none says who coordinates a group. */
const retriedAll: ReadonlySet<string> = new Set(['KafkaJSNumberOfRetriesExceeded', 'KafkaJSGroupCoordinatorNotFound'])

/**
 * Whether the same may succeed later, as the client itself decides whether to start a consumer again. Not so: wrong credentials, a
 * broker that is too old, a bug.
 */
export const isWorthRetrying = (error: unknown): boolean => {
  if (error instanceof MessageBusUnavailable || error instanceof KafkaTimeout) return true
  if (isNotConnected(error) || hasForgottenTopics(error)) return true
  if (!(error instanceof Error)) return false
  if (retriedAll.has(error.name)) return true
  if (error.cause !== undefined) return isWorthRetrying(error.cause)
  return error instanceof KafkaJSError && error.retriable
}

/** Gives up waiting, not the work, after a while: the client has waits without a bound. */
export const within = async <T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new KafkaTimeout(`${what} took more than ${timeoutMs} ms`)), timeoutMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
