import { tryCategory } from '../domain/aggregates.ts'
import type { CofferEvent } from '../domain/catalogue.ts'
import { type ProjectId, parseProjectId } from '../domain/ids.ts'
import { projectCategory } from '../domain/project/index.ts'
import type { StreamName } from '../domain/stream.ts'
import { claimsOf } from '../domain/stream-claims.ts'

/** Which streams must be there because others rest on them: one of these that has no events has lost them. */
export type StreamClaims = {
  /** The streams that say so; none where it is not claimed. */
  readonly holdersOf: (stream: StreamName) => readonly StreamName[]
  readonly isClaimed: (stream: StreamName) => boolean
  /** Whose the stream is, as far as its holders tell. */
  readonly projectOf: (stream: StreamName) => ProjectId | null
  /** All that are claimed. */
  readonly streams: () => readonly StreamName[]
}

export type FoldedClaims = StreamClaims & {
  /** Takes in an event of the stream of `holder`. Events come in order; one that comes twice changes nothing. */
  readonly take: (holder: StreamName, event: CofferEvent) => void
}

/** Folded in memory: about a kilobyte for each instance that is not deleted. */
export const createStreamClaims = (): FoldedClaims => {
  const claims = new Map<StreamName, Map<string, StreamName>>()
  /** How many things each holder rests on the stream for. */
  const holders = new Map<StreamName, Map<StreamName, number>>()

  const count = (holder: StreamName, stream: StreamName, change: 1 | -1): void => {
    const all = holders.get(stream) ?? new Map<StreamName, number>()
    const left = (all.get(holder) ?? 0) + change
    if (left > 0) all.set(holder, left)
    else all.delete(holder)
    if (all.size > 0) holders.set(stream, all)
    else holders.delete(stream)
  }

  const set = (holder: StreamName, what: string, stream: StreamName | null): void => {
    const held = claims.get(holder) ?? new Map<string, StreamName>()
    const before = held.get(what)
    if (before !== undefined) count(holder, before, -1)
    held.delete(what)
    if (stream !== null) {
      held.set(what, stream)
      count(holder, stream, 1)
    }
    if (held.size === 0) claims.delete(holder)
    else claims.set(holder, held)
  }

  const holdersOf = (stream: StreamName): readonly StreamName[] => [...(holders.get(stream)?.keys() ?? [])]

  const projectIn = (streams: Iterable<StreamName>): ProjectId | null => {
    for (const stream of streams) {
      if (tryCategory(stream) === projectCategory) return parseProjectId(stream.slice(`${projectCategory}-`.length))
    }
    return null
  }

  return {
    take: (holder, event) => {
      const claiming = claimsOf(event)
      const changes =
        claiming === 'ALL'
          ? [...(claims.get(holder)?.keys() ?? [])].map((what) => [what, null] as const)
          : Object.entries(claiming ?? {})
      for (const [what, stream] of changes) set(holder, what, stream)
    },
    holdersOf,
    isClaimed: (stream) => holders.has(stream),
    projectOf: (stream) => {
      const own = holdersOf(stream)
      return projectIn(own) ?? projectIn(own.flatMap((holder) => [...(claims.get(holder)?.values() ?? [])]))
    },
    streams: () => [...holders.keys()],
  }
}
