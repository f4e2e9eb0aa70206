import type { Position } from '../../../commands/ports/event-store.ts'
import { type LogMark, noMark } from '../../../commands/ports/log-mark.ts'
import { type Document, neverWritten } from '../../ports/view-store.ts'
import { decodePlace, type Place } from './keys.ts'
import { decodeText } from './order-text.ts'

/**
 * What every script that reads begins its answer with. `lost`: some of the view's keys are gone, or are not what we wrote. `reason`: why it is
 * built. `epoch`: of the view as it was begun last.
 */
export type ViewReply = {
  readonly state: 'whole' | 'building' | 'none' | 'lost'
  readonly checkpoint: Position
  readonly epoch: string
  readonly reason: string
  readonly rest: readonly (string | null)[]
}

/** Where the stream of a view is. */
export type FeedState = {
  readonly checkpoint: Position
  /** Of the stream; empty: there is none yet. */
  readonly epoch: string
  /** Of the last entry; every change counts one. */
  readonly seq: number
  /** Redis's own id of the last entry. */
  readonly lastId: string
}

/** `ended`: why readers must start again. `key` null: only the checkpoint moved. */
export type FeedEntry = {
  readonly id: string
  readonly epoch: string
  readonly seq: number
  readonly position: Position
  readonly ended: string | null
  readonly key: string | null
  readonly document: Document | null
  readonly places: readonly Place[]
}

/** What a reader is told of a view that was lost. */
export const incomplete = (view: string, reason: string): string =>
  `the view ${view} ${reason === '' ? 'has lost a part of its keys' : 'is void'} and waits to be built again${reason === '' ? '' : `: ${reason}`}`

type Rest = (string | null)[]

/** Something of the view is not what we wrote. */
export class ViewDamaged extends Error {
  override readonly name = 'ViewDamaged'
  readonly code = 'VIEW_DAMAGED'
}

// The casts below are where what our own scripts have put together gets its types again.

export const parseReply = (reply: unknown): ViewReply => {
  const [state, checkpoint, epoch, reason, ...rest] = reply as [ViewReply['state'], string, string, string, ...Rest]
  return { state, checkpoint: parsePosition(checkpoint), epoch, reason, rest }
}

/** Throws `ViewDamaged`. */
export const parseDocument = <D>(json: string | null | undefined): D | null => {
  if (json === null || json === undefined) return null
  try {
    return JSON.parse(json) as D
  } catch (error) {
    // Not the cause's text: it quotes the document.
    throw new ViewDamaged(`a document is not JSON (${(error as Error).name})`)
  }
}

/** One that cannot be read is the mark of no log, and the view is rebuilt. */
export const parseMark = (json: string | null | undefined): LogMark => {
  try {
    return JSON.parse(json ?? '') as LogMark
  } catch {
    return noMark
  }
}

export const parseFeedState = (reply: unknown): FeedState => {
  const { checkpoint, rest } = parseReply(reply)
  const [epoch, seq, lastId] = rest
  return { checkpoint, epoch: epoch ?? '', seq: Number(seq), lastId: lastId ?? '0-0' }
}

/** Of the answer of XREAD of one stream. */
export const parseEntries = (reply: unknown): readonly FeedEntry[] => {
  const [stream] = (reply ?? []) as [string, [id: string, fields: string[]][]][]
  return (stream?.[1] ?? []).map(([id, fields]) => parseEntry(id, fields))
}

const parseEntry = (id: string, fields: readonly string[]): FeedEntry => {
  const single = new Map<string, string>()
  const places: Place[] = []
  for (let at = 0; at < fields.length; at += 2) {
    const [name = '', value = ''] = fields.slice(at, at + 2)
    if (name === 'l') places.push(decodePlace(value))
    else single.set(name, value)
  }
  const key = single.get('k')
  return {
    id,
    epoch: single.get('e') ?? '',
    seq: Number(single.get('n')),
    position: parsePosition(single.get('p')),
    ended: single.get('x') ?? null,
    key: key === undefined ? null : decodeText(key),
    document: parseDocument(single.get('d')),
    places,
  }
}

const parsePosition = (text: string | undefined): Position => (text === undefined ? neverWritten : Number(text))
