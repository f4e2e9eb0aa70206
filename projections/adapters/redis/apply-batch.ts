import { randomUUID } from 'node:crypto'
import { neverWritten, type ViewBatch, ViewStoreUnavailable } from '../../ports/view-store.ts'
import type { Send } from './call.ts'
import { sixKeys, stagedKey, type ViewKeys } from './keys.ts'
import { type PackOptions, packWrites } from './pack-writes.ts'

export type ApplyOptions = PackOptions & {
  /** How many changes the stream of a view keeps; a batch of more is not told change by change. */
  readonly maxUnreadChanges: number
}

/** How long the pieces of a batch wait for its last. */
const stagedMs = 60_000

/**
 * Applies a batch by one script. One too large for a message goes to Redis in pieces first, and the script takes them from there: what
 * others have to wait for stays one script, whose time grows with the batch.
 */
export const applyBatch = async (
  send: Send,
  keys: ViewKeys,
  { expected, checkpoint, mark, completeAt = neverWritten, isFollowed = true, writes }: ViewBatch,
  options: ApplyOptions,
): Promise<'applied' | 'stale' | 'held'> => {
  const batchId = randomUUID()
  const staged = stagedKey(keys, batchId)
  const pieces = packWrites(writes, options)
  const [only] = pieces.length === 1 ? pieces : []
  if (pieces.length > 1) {
    for (const [at, piece] of pieces.entries()) {
      await send((client) => client.cofferStage(staged, at + 1, stagedMs, piece))
    }
  }
  const header = [
    expected,
    checkpoint,
    batchId,
    options.maxUnreadChanges,
    pieces.length > 1 ? pieces.length : 0,
    writes.length,
    JSON.stringify(mark),
    completeAt,
    isFollowed ? 1 : 0,
  ]
  const given = only ? [...header, only] : header
  const outcome = await send((client) => client.cofferApply(...sixKeys(keys), keys.hold, staged, ...given))
  if (outcome === 'applied' || outcome === 'stale' || outcome === 'held') return outcome
  throw new ViewStoreUnavailable('Redis lost the pieces of a batch before it was applied')
}
