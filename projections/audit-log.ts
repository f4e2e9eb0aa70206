import { type EventStore, EventStoreUnavailable, type StoredEvent } from '../commands/ports/event-store.ts'
import type { AuditDocument, AuditEntry } from './documents.ts'
import { tryRead } from './projection.ts'
import { shownData } from './views/shown-data.ts'

/**
 * What the log says of the events that entries of the view `events` stand for, in the order of the entries. Throws
 * `EventStoreUnavailable`, also where the log does not have an event, as a part of the store that lags may not have it yet.
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
    const waiting = rangesOf(entries)
    const readWaiting = async (): Promise<void> => {
      for (let range = waiting.pop(); range; range = waiting.pop()) {
        const { stream, from, to } = range
        for await (const page of eventStore.readStream(stream, { from, maxCount: to - from + 1 })) {
          for (const event of page) events.set(event.position, event)
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(maxReads, waiting.length) }, readWaiting))
    return entries.map((entry) => {
      const event = events.get(entry.position)
      if (!event) throw missing(entry)
      return documentOf(event)
    })
  }

type Range = { readonly stream: AuditEntry['stream']; readonly from: number; to: number }

const rangesOf = (entries: readonly AuditEntry[]): Range[] => {
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
  const { id, position, type, stream, revision, metadata } = stored
  const read = tryRead(stored)
  return {
    id,
    position,
    type,
    stream,
    revision,
    at: metadata.at,
    actor: metadata.actor,
    projectId: metadata.projectId,
    instanceId: metadata.instanceId,
    operationId: metadata.correlationId,
    commandId: metadata.commandId,
    causationId: metadata.causationId,
    // A newer program has written it and listed it: what of it may be shown is not known here.
    data: read.known ? shownData(read.event) : {},
  }
}

const missing = ({ position, type, stream, revision }: AuditEntry): EventStoreUnavailable =>
  new EventStoreUnavailable(
    `the view events lists ${type} at position ${position}, revision ${revision} of ${stream}, and the event store does not have it`,
  )
