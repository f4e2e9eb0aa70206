import { EventStoreUnavailable, type Position } from '../commands/ports/event-store.ts'
import { createBackOff } from '../kernel/back-off.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { type AuditDocument, type AuditEntry, auditKey } from './audit-entry.ts'
import type { ReadAuditLog } from './audit-log.ts'
import type { ListName } from './lists.ts'
import { type Page, readPage } from './page.ts'
import { type ViewChange, type ViewStore, ViewStoreUnavailable } from './ports/view-store.ts'

/** What it takes to begin again after an outage. */
export type WatchKernel = Pick<Kernel, 'random' | 'timers'>

const backOffConfig = { firstMs: 20, maxMs: 1000 }
/** What is read ahead for one that does not read: as many events at most, and as many bytes of them. */
const eventsPerPage = 32
const bytesPerPage = 64 * 1024

/** Told how many bytes of what was read wait to be taken, whenever that changes. */
export type TellHeld = (bytes: number) => void

/**
 * A document as it is now, if there is one, and then as it is after every change, until the signal aborts. Of changes in quick succession
 * only the last may be seen. Goes on by itself when the view store was away or the view was replaced.
 */
export const watchDocument = <D>(
  { viewStore, ...kernel }: WatchKernel & { readonly viewStore: ViewStore },
  view: string,
  key: string,
  signal: AbortSignal,
): AsyncIterable<D> =>
  throughOutages(kernel, signal, async function* () {
    // Before the document is read, so that no change falls between.
    const changes = viewStore.changes(view, signal, { key })[Symbol.asyncIterator]()
    try {
      const present = await viewStore.get<D>(view, key)
      if (present) yield present
      for (let change = await changes.next(); !change.done; change = await changes.next()) {
        // The projection of this view puts nothing else there.
        if (change.value.document) yield change.value.document as D
      }
    } finally {
      await changes.return?.()
    }
  })

export type FollowedEvents = {
  readonly list: ListName
  readonly matches?: (entry: AuditEntry) => boolean
  readonly after: Position | 'now'
  readonly tellHeld?: TellHeld
}

/**
 * The events of a list of the audit log after a position: those there are, then every new one, until the signal aborts. In order, none
 * left out, none twice. A slow reader loses nothing, as what it has not read stays in the log. `now` is where the list ends once the view
 * can be read: a store that has just lost it has no end of it to tell.
 */
export const followAuditLog = (
  {
    viewStore,
    readAuditLog,
    ...kernel
  }: WatchKernel & { readonly viewStore: ViewStore; readonly readAuditLog: ReadAuditLog },
  { list, matches, after, tellHeld = () => {} }: FollowedEvents,
  signal: AbortSignal,
): AsyncIterable<AuditDocument> => {
  let seenTo = after === 'now' ? null : after < 0 ? '' : auditKey(after)
  return throughOutages(kernel, signal, async function* () {
    const { index, value } = list
    const changes = viewStore.changes(list.view, signal, { index, value, newestAlone: true })[Symbol.asyncIterator]()
    try {
      seenTo ??= await endOf(viewStore, list)
      for (;;) {
        const request = { first: eventsPerPage, after: seenTo }
        const page: Page<AuditEntry> = await readPage(viewStore, list, request, matches)
        const held = firstWithin(bytesPerPage, await readAuditLog(page.entries.map((entry) => entry.document)))
        for (const { document, heldBytes } of held) {
          tellHeld(heldBytes)
          seenTo = auditKey(document.position)
          yield document
        }
        tellHeld(0)
        if (held.length < page.entries.length) continue
        seenTo = page.seenTo ?? seenTo
        if (page.next === null && !(await grownBeyond(seenTo, changes))) return
      }
    } finally {
      tellHeld(0)
      await changes.return?.()
    }
  })
}

/** As many of the first as there is room for, but one at least. `heldBytes`: of each and all behind it. */
const firstWithin = (maxBytes: number, documents: readonly AuditDocument[]) => {
  const kept: { readonly document: AuditDocument; readonly before: number }[] = []
  let total = 0
  for (const document of documents) {
    const bytes = Buffer.byteLength(JSON.stringify(document))
    if (kept.length > 0 && total + bytes > maxBytes) break
    kept.push({ document, before: total })
    total += bytes
  }
  return kept.map(({ document, before }) => ({ document, heldBytes: total - before }))
}

const endOf = async (viewStore: ViewStore, { view, index, value }: ListName): Promise<string> => {
  const [last] = await viewStore.list(view, { index, value, direction: 'descending', first: 1 })
  return last?.sortKey ?? ''
}

/** True once there is an event after this one, false when there will be none. */
const grownBeyond = async (seenTo: string, changes: AsyncIterator<ViewChange>): Promise<boolean> => {
  for (;;) {
    const change = await changes.next()
    if (change.done) return false
    if (change.value.key > seenTo) return true
  }
}

/** Begins again, with back-off, whenever a store cannot be reached or has ended a reader. */
async function* throughOutages<T>(
  kernel: WatchKernel,
  signal: AbortSignal,
  attempt: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  const backOff = createBackOff(kernel, backOffConfig)
  while (!signal.aborted) {
    try {
      for await (const value of attempt()) {
        backOff.reset()
        yield value
      }
      return
    } catch (error) {
      if (!(error instanceof ViewStoreUnavailable || error instanceof EventStoreUnavailable)) throw error
      await backOff.wait(signal)
    }
  }
}
