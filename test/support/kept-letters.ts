import { readDeadLetters } from '../../commands/adapters/read-dead-letters.ts'
import { createDeadLetter, readDeadLetter } from '../../commands/dead-letter-message.ts'
import type { DeadLetters } from '../../commands/ports/dead-letters.ts'
import type { IncomingMessage } from '../../commands/ports/message-bus.ts'
import { deadLetterTopic } from '../../domain/dead-letter/place.ts'

export type ParkOptions = {
  readonly topic?: string
  readonly key?: string
  readonly value?: string
  readonly error?: string
}

/** Like a bus, which gives as many as fit into one answer. */
const readAtOnce = 3

/** Dead letters in memory, for tests of what reads them: parked and read as buses do, with one partition a topic. */
export const createKeptLetters = () => {
  const kept = new Map<string, IncomingMessage[]>()
  const deadLetters: DeadLetters = {
    topics: async () => [...kept.keys()].sort(),
    read: async (topic, range) =>
      readDeadLetters([0], range, async (_partition, { after, direction }) => {
        const all = direction === 'ascending' ? (kept.get(topic) ?? []) : (kept.get(topic)?.toReversed() ?? [])
        const sign = direction === 'ascending' ? 1 : -1
        const behind = all.filter(({ offset }) => after === null || sign * (Number(offset) - Number(after)) > 0)
        return behind.slice(0, readAtOnce)
      }),
    get: async ({ topic, partition, offset }) => {
      const found = partition === 0 ? kept.get(topic)?.find((message) => message.offset === offset) : undefined
      return found ? readDeadLetter(found) : null
    },
  }
  return {
    deadLetters,
    /** Parks a message as a consumer does. Answers its id. */
    park: ({ topic = 'coffer.events', key = 'k', value = '{}', error = 'no such shape' }: ParkOptions = {}): string => {
      const own = kept.get(topic) ?? []
      kept.set(topic, own)
      const offset = String(own.length)
      const publishedAt = Date.UTC(2030, 0, 1) + own.length
      const failed = { topic, key, value, partition: 2, offset: '41', headers: { traceparent: 'tp' }, publishedAt }
      const letter = createDeadLetter(failed, 'coffer.sagas', 1, new Error(error))
      own.push({ ...letter, headers: letter.headers ?? {}, partition: 0, offset, publishedAt })
      return `${deadLetterTopic(topic)}/0/${offset}`
    },
    /** As retention does. */
    removeOldest: (topic: string): void => {
      kept.get(topic)?.shift()
    },
  }
}
