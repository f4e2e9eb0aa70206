import type { IHeaders, KafkaMessage } from 'kafkajs'
import type { PlacedMessage } from '../partition-reader.ts'

/** A message as the port has it. Never throws: others may write to a topic, too, and leave out what we always send. */
export const toIncoming = (topic: string, partition: number, message: KafkaMessage): PlacedMessage => ({
  topic,
  partition,
  offset: message.offset,
  // Exact up to 2^53, which takes a partition 285 years at a million messages a second.
  position: Number(message.offset),
  key: message.key?.toString() ?? '',
  value: message.value?.toString() ?? '',
  headers: toTexts(message.headers ?? {}),
  publishedAt: Number(message.timestamp),
})

/** The last one where a header is given several times. */
const toTexts = (headers: IHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value.at(-1) : value)?.toString() ?? '',
    ]),
  )
