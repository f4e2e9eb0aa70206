import { randomUUID } from 'node:crypto'
import { neverWritten, type ViewBatch, ViewStoreUnavailable, type ViewWrite } from '../../ports/view-store.ts'
import type { Send } from './call.ts'
import { encodePlace, sixKeys, stagedKey, type ViewKeys } from './keys.ts'
import { encodeText } from './order-text.ts'

export type ApplyOptions = {
  /** How many changes the stream of a view keeps; a batch of more is not told change by change. */
  readonly maxUnreadChanges: number
  /** Of a message to Redis. */
  readonly maxWritesPerMessage: number
  readonly maxCharactersPerMessage: number
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
  const pieces = inPieces(writes, options)
  const last = pieces.length > 1 ? [] : (pieces[0] ?? [])
  if (pieces.length > 1) {
    for (const [at, piece] of pieces.entries()) {
      await send((client) => client.cofferStage(staged, at + 1, stagedMs, ...piece))
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
  const outcome = await send((client) => client.cofferApply(...sixKeys(keys), keys.hold, staged, ...header, ...last))
  if (outcome === 'applied' || outcome === 'stale' || outcome === 'held') return outcome
  throw new ViewStoreUnavailable('Redis lost the pieces of a batch before it was applied')
}

const inPieces = (writes: readonly ViewWrite[], options: ApplyOptions): readonly (readonly (string | number)[])[] => {
  const pieces: (string | number)[][] = []
  let piece: (string | number)[] = []
  let [count, characters] = [0, 0]
  for (const write of writes) {
    if (count >= options.maxWritesPerMessage || characters >= options.maxCharactersPerMessage) {
      pieces.push(piece)
      piece = []
      count = characters = 0
    }
    const flat = flatten(write)
    piece.push(...flat)
    count += 1
    for (const part of flat) characters += String(part).length
  }
  return piece.length > 0 ? [...pieces, piece] : pieces
}

/** As the script reads it. */
const flatten = (write: ViewWrite): readonly (string | number)[] => {
  const key = encodeText(write.key)
  if (write.kind === 'delete') return [key, '', -1]
  const places = write.entries.map((entry) => encodePlace({ ...entry, key: write.key }, key))
  return [key, JSON.stringify(write.document), places.length, ...places]
}
