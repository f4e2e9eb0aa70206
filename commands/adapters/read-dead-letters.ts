import { readDeadLetter } from '../dead-letter-message.ts'
import type { DeadLetter, DeadLetterPage, DeadLetterRange } from '../ports/dead-letters.ts'
import type { IncomingMessage } from '../ports/message-bus.ts'

export type PartitionRange = {
  /** Only those behind this offset (exclusive), in the chosen direction; null: from the end the direction begins at. */
  readonly after: string | null
  readonly direction: DeadLetterRange['direction']
  readonly limit: number
}

/** Some messages of one partition, in the chosen direction, and none only where there are no more. */
export type ReadPartition = (partition: number, range: PartitionRange) => Promise<readonly IncomingMessage[]>

/** A page ends here, so that however large the letters are a process can hold it. */
const maxPageChars = 4_000_000

/** One page of the dead letters of a topic, one of its `partitions` (given in ascending order) after the other. */
export const readDeadLetters = async (
  partitions: readonly number[],
  { after, direction, limit }: DeadLetterRange,
  readPartition: ReadPartition,
): Promise<DeadLetterPage> => {
  const letters: DeadLetter[] = []
  let chars = 0
  const isBehind = (partition: number): boolean =>
    after === undefined || (direction === 'ascending' ? partition >= after.partition : partition <= after.partition)
  for (const partition of (direction === 'ascending' ? partitions : partitions.toReversed()).filter(isBehind)) {
    let offset = after?.partition === partition ? after.offset : null
    for (;;) {
      const left = limit - letters.length
      if (left <= 0 || chars >= maxPageChars) return { letters, next: letters.at(-1)?.place ?? after ?? null }
      const found = (await readPartition(partition, { after: offset, direction, limit: left })).slice(0, left)
      if (found.length === 0) break
      letters.push(...found.map(readDeadLetter))
      for (const { value } of found) chars += value.length
      offset = found.at(-1)?.offset ?? offset
    }
  }
  return { letters, next: null }
}
