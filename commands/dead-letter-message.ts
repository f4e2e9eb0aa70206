import { parseDeadLetterId } from '../domain/dead-letter/id.ts'
import { deadLetterTopic, topicOfDeadLetters } from '../domain/dead-letter/place.ts'
import { deriveId } from '../kernel/ids.ts'
import type { DeadLetter, ParkedMessage } from './ports/dead-letters.ts'
import type { IncomingMessage, OutgoingMessage } from './ports/message-bus.ts'

/** Dead letters wait for a person, so they are kept at least this long whatever the retention of their topic. */
export const deadLetterRetentionMs = 30 * 24 * 60 * 60 * 1000

const maxErrorChars = 4_000

const added = {
  error: 'coffer-error',
  attempts: 'coffer-attempts',
  group: 'coffer-group',
  topic: 'coffer-topic',
  partition: 'coffer-partition',
  offset: 'coffer-offset',
} as const
const addedHeaders: ReadonlySet<string> = new Set(Object.values(added))

export type Parking = {
  /** Who could not handle it. */
  readonly group: string
  readonly attempts: number
  readonly error: unknown
}

/** The message as it was, with what is needed to understand and replay it in its headers. All values are text. */
export const parkMessage = (message: ParkedMessage, { group, attempts, error }: Parking): OutgoingMessage => ({
  topic: deadLetterTopic(message.topic),
  key: message.key,
  value: message.value,
  headers: {
    ...message.headers,
    [added.error]: (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, maxErrorChars),
    [added.attempts]: String(attempts),
    [added.group]: group,
    [added.topic]: message.topic,
  },
})

/** The same of a message that a group was given. */
export const createDeadLetter = (
  message: IncomingMessage,
  group: string,
  attempts: number,
  error: unknown,
): OutgoingMessage => {
  const parked = parkMessage(message, { group, attempts, error })
  const origin = { [added.partition]: String(message.partition), [added.offset]: message.offset }
  return { ...parked, headers: { ...parked.headers, ...origin } }
}

/** What `createDeadLetter` made, read back from the bus. Never throws: others may write to the topic, too, and leave out anything. */
export const readDeadLetter = (parked: IncomingMessage): DeadLetter => {
  const { headers, partition, offset } = parked
  // Where it lies says of what topic it is: a header could name any.
  const topic = topicOfDeadLetters(parked.topic) ?? parked.topic
  const parkedAt = new Date(isWritableTime(parked.publishedAt) ? parked.publishedAt : 0).toISOString()
  const origin = wholeNumber(headers[added.partition])
  return {
    id: parseDeadLetterId(deriveId('dead-letter', topic, String(partition), offset, parkedAt)),
    place: { topic, partition, offset },
    message: {
      topic,
      key: parked.key,
      value: parked.value,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !addedHeaders.has(name))),
    },
    parkedAt,
    error: headers[added.error] ?? null,
    attempts: wholeNumber(headers[added.attempts]),
    group: headers[added.group] ?? null,
    origin: origin === null ? null : { partition: origin, offset: headers[added.offset] ?? '' },
  }
}

const firstMsOfYear10000 = 253_402_300_800_000

/** Brokers take any 64 bits for a time; in ISO 8601, and in the log, years have four digits. */
const isWritableTime = (ms: number): boolean => ms >= 0 && ms < firstMsOfYear10000

/** Nine digits: GraphQL's whole numbers have 32 bits. */
const wholeNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null
