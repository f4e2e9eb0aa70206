import { type AllStreamSubscription, type Filter, type Position, streamNameFilter } from '@eventstore/db-client'
import type { StreamNames } from './stream-names.ts'

/** Streams of checkpoints are beside the log: their saving would otherwise be something to follow, and to save a checkpoint for. */
export const checkpointCategory = 'checkpoint'

/** System streams begin with `$`. Regular expressions of .NET, for the server chooses. */
const allButHidden = (prefix: string): string => `^${literal(prefix)}(?!\\$|key-|${checkpointCategory}-)`
const none = '^(?!)'
const literal = (prefix: string): string => prefix.replaceAll('.', '\\.')

/** Of the names of streams that are of the log, keys too. */
export const allButCheckpoints = ({ prefix }: StreamNames): string =>
  `^${literal(prefix)}(?!${checkpointCategory}-)[a-z]+-`

export type FilterProgress = {
  /** How many records, chosen or not, the server looks through at once, and after how many it says where it is. */
  readonly window: number
  readonly onCheckpoint: (subscription: AllStreamSubscription, position: Position) => void
}

/** Without categories: all but `key`. Checkpoints and what the server keeps for itself are in no subscription. */
export const createStreamFilter = (
  categories: readonly string[] | undefined,
  { prefix }: StreamNames,
  { window, onCheckpoint }: FilterProgress,
): Filter => {
  const progress = { maxSearchWindow: window, checkpointInterval: 1, checkpointReached: onCheckpoint }
  if (categories === undefined) return streamNameFilter({ regex: allButHidden(prefix), ...progress })
  const prefixes = [...new Set(categories)]
    .filter((category) => category !== checkpointCategory)
    .map((category) => `${prefix}${category}-`)
  return prefixes.length > 0
    ? streamNameFilter({ prefixes, ...progress })
    : streamNameFilter({ regex: none, ...progress })
}
