import type { RecordFilter } from './read-request.ts'
import type { StreamNames } from './stream-names.ts'

/** Streams of checkpoints are beside the log: their saving would otherwise be something to follow, and to save a checkpoint for. */
export const checkpointCategory = 'checkpoint'

/** Streams of wrapped keys: nobody who follows the log sees one. */
export const keyCategory = 'key'

/** System streams begin with `$`. Regular expressions of .NET, for the server chooses. */
const allButHidden = (prefix: string): string => `^${literal(prefix)}(?!\\$|${keyCategory}-|${checkpointCategory}-)`
const none = '^(?!)'
const literal = (prefix: string): string => prefix.replaceAll('.', '\\.')

/** Of the names of streams that are of the log, keys too. */
export const allButCheckpoints = ({ prefix }: StreamNames): string =>
  `^${literal(prefix)}(?!${checkpointCategory}-)[a-z]+-`

/** Without categories: all but `key`. Checkpoints and what the server keeps for itself are in no subscription. */
export const createStreamFilter = (
  categories: readonly string[] | undefined,
  { prefix }: Pick<StreamNames, 'prefix'>,
): RecordFilter => {
  if (categories === undefined) return { streamRegex: allButHidden(prefix) }
  const streamPrefixes = [...new Set(categories)]
    .filter((category) => category !== checkpointCategory)
    .map((category) => `${prefix}${category}-`)
  return streamPrefixes.length > 0 ? { streamPrefixes } : { streamRegex: none }
}
