import type { EventStore, StoredEvent } from '../commands/ports/event-store.ts'
import { checkEvent } from '../domain/read-event.ts'
import { mapFew } from '../kernel/map-few.ts'
import type { AuditDocument, AuditEntry } from './audit-entry.ts'
import { shownData } from './shown-data.ts'

/**
 * What the log says of the events that entries of the view `events` stand for, in the order of the entries. One that cannot be read, or
 * that the log does not have any more, is shown as such. Throws `EventStoreUnavailable`.
 */
export type ReadAuditLog = (entries: readonly AuditEntry[]) => Promise<readonly AuditDocument[]>

/** How many streams are read at a time for one page. */
const maxReads = 16
/** Events between two of a stream that are wanted: as many are read along rather than asked for the second by itself. */
const maxReadAlong = 8

/** Reads by stream and revision: neighbours in the log are mostly neighbours in a few streams, and each of those is one read. */
export const createAuditLogReader =
  (eventStore: Pick<EventStore, 'readStream'>): ReadAuditLog =>
  async (entries) => {
    const events = new Map<number, StoredEvent>()
    await mapFew(rangesOf(entries), maxReads, async ({ stream, from, to }) => {
      for await (const page of eventStore.readStream(stream, { from, maxCount: to - from + 1 })) {
        for (const event of page) events.set(event.position, event)
      }
    })
    return entries.map((entry) => {
      const event = events.get(entry.position)
      return event ? documentOf(event) : missing(entry)
    })
  }

type Range = { readonly stream: AuditEntry['stream']; readonly from: number; to: number }

const rangesOf = (entries: readonly AuditEntry[]): readonly Range[] => {
  const ranges: Range[] = []
  const last = new Map<AuditEntry['stream'], Range>()
  // In one stream, revisions grow with positions.
  for (const { stream, revision } of [...entries].sort((a, b) => a.position - b.position)) {
    const range = last.get(stream)
    if (range && revision - range.to <= maxReadAlong + 1) {
      range.to = revision
      continue
    }
    const begun = { stream, from: revision, to: revision }
    last.set(stream, begun)
    ranges.push(begun)
  }
  return ranges
}

const documentOf = (stored: StoredEvent): AuditDocument => {
  const { id, position, type, stream, revision } = stored
  const place = { id, position, type, stream, revision }
  const checked = checkEvent(stored)
  if (!checked?.readable) {
    const { reason, detail } = checked ?? { reason: 'UNKNOWN_TYPE', detail: `${stream} is not a stream of Coffer` }
    return { ...place, ...untold, unreadable: { reason, detail } }
  }
  const { at, actor, projectId, instanceId, correlationId: operationId, commandId, causationId } = checked.metadata
  const { command = null, request = null } = checked.metadata
  const data = shownData(checked.event)
  return {
    ...place,
    at,
    actor,
    projectId,
    instanceId,
    operationId,
    commandId,
    causationId,
    command,
    request,
    data,
    unreadable: null,
  }
}

/** Reads are answered by the leader, which has all that any view has seen: what it does not have was removed. */
const missing = ({
  position,
  type,
  stream,
  revision,
  projectId,
  instanceId,
  operationId,
}: AuditEntry): AuditDocument => ({
  id: `${stream}/${revision}`,
  position,
  type,
  stream,
  revision,
  ...untold,
  projectId,
  instanceId,
  operationId,
  unreadable: {
    reason: 'MISSING',
    detail:
      'the event store does not have this event any more: somebody set truncateBefore, maxCount or maxAge on the stream, or deleted it',
  },
})

const untold = {
  at: null,
  actor: null,
  projectId: null,
  instanceId: null,
  operationId: null,
  commandId: null,
  causationId: null,
  command: null,
  request: null,
  data: {},
} as const
