import type { StreamName } from '../../domain/stream.ts'

/** A stream of ours that others have touched past the program. */
export type StreamCondition = {
  readonly stream: StreamName
  /** What an operator has set on it, in words of the store: `$maxCount: 2`. Empty where that is not known, or was taken back. */
  readonly settings: readonly string[]
  /** The first revision that is there: 0 where the head is whole, null where nothing is left. */
  readonly first: number | null
  /** The streams that rest on it, where it is known by them alone. */
  readonly claimedBy?: readonly StreamName[]
}

/** Whether commands on it are refused, as its first events are gone. */
export const isCut = ({ first }: StreamCondition): boolean => first !== 0

export type StreamConditions = {
  /** Streams that have settings or lack their head, at most `maxConditions`. */
  readonly streams: readonly StreamCondition[]
  /** False: there are more of them. */
  readonly complete: boolean
}

export const maxConditions = 10_000

/** Finds what an operator, or another program, has set on our streams or cut off them. Both adapters pass the same tests. */
export interface StreamInspector {
  /**
   * Looks at the streams of every category of ours. The first call looks through the whole log, a later one through what came since and at
   * what was found before. Throws `EventStoreUnavailable`, or the reason of the signal.
   */
  inspect(signal: AbortSignal): Promise<StreamConditions>
  /** Those of the streams that have no events, in the order given. Throws as `inspect` does. */
  findEmpty(streams: readonly StreamName[], signal: AbortSignal): Promise<readonly StreamName[]>
}
