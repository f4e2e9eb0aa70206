import { deadLetterTopic, topicOfDeadLetters } from '../../../domain/dead-letter/place.ts'
import { readDeadLetter } from '../../dead-letter-message.ts'
import type { DeadLetters } from '../../ports/dead-letters.ts'
import { type PartitionRange, readDeadLetters } from '../read-dead-letters.ts'
import type { LoggedMessage, MessageLog } from './message-log.ts'

export type EmbeddedDeadLettersDeps = {
  readonly log: MessageLog
  /** Runs a read of the database, with the errors that the bus has. */
  readonly read: <T>(work: () => T) => Promise<T>
}

export const createEmbeddedDeadLetters = ({ log, read }: EmbeddedDeadLettersDeps): DeadLetters => {
  const messagesOf = (
    topic: string,
    number: number,
    { after, direction }: Omit<PartitionRange, 'limit'>,
  ): readonly LoggedMessage[] => {
    const partition = log.partitions(deadLetterTopic(topic)).find((each) => each.number === number)
    if (partition === undefined) return []
    return direction === 'ascending'
      ? log.read(partition, Number(after ?? -1))
      : log.readBackwards(partition, Number(after ?? Number.MAX_SAFE_INTEGER))
  }

  return {
    topics: () => read(() => log.topics().flatMap(({ name }) => topicOfDeadLetters(name) ?? [])),
    read: async (topic, range) => {
      const partitions = await read(() => log.partitions(deadLetterTopic(topic)).map(({ number }) => number))
      return readDeadLetters(partitions, range, (number, part) => read(() => messagesOf(topic, number, part)))
    },
    get: ({ topic, partition, offset }) =>
      read(() => {
        const [found] = messagesOf(topic, partition, { after: String(Number(offset) - 1), direction: 'ascending' })
        return found?.offset === offset ? readDeadLetter(found) : null
      }),
  }
}
