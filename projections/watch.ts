import { EventStoreUnavailable, type Position } from '../commands/ports/event-store.ts'
import { createBackOff } from '../kernel/back-off.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { ReadAuditLog } from './audit-log.ts'
import type { AuditDocument, AuditEntry, ViewName } from './documents.ts'
import type { ListName } from './lists.ts'
import { type Page, readPage } from './page.ts'
import { type ViewChange, type ViewStore, ViewStoreUnavailable } from './ports/view-store.ts'
import { auditKey } from './views/events.ts'

/** What it takes to begin again after an outage. */
export type WatchKernel = Pick<Kernel, 'random' | 'timers'>

const backOffConfig = { firstMs: 20, maxMs: 1000 }
/** One that does not read holds the documents of a whole page, which may have kilobytes each. */
const eventsPerPage = 32

/**
 * A document as it is now, if there is one, and then as it is after every change, until the signal aborts. Of changes in quick succession
 * only the last may be seen. Goes on by itself when the view store was away or the view was replaced.
 */
export const watchDocument = <D>(
  { viewStore, ...kernel }: WatchKernel & { readonly viewStore: ViewStore },
  view: ViewName,
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
  { list, matches, after }: { list: ListName; matches?: (entry: AuditEntry) => boolean; after: Position | 'now' },
  signal: AbortSignal,
): AsyncIterable<AuditDocument> => {
  let seenTo = after === 'now' ? null : after < 0 ? '' : auditKey(after)
  return throughOutages(kernel, signal, async function* () {
    const changes = viewStore.changes(list.view, signal, list)[Symbol.asyncIterator]()
    try {
      seenTo ??= await endOf(viewStore, list)
      for (;;) {
        const request = { first: eventsPerPage, after: seenTo }
        const page: Page<AuditEntry> = await readPage(viewStore, list, request, matches)
        for (const document of await readAuditLog(page.entries.map((entry) => entry.document))) {
          seenTo = auditKey(document.position)
          yield document
        }
        seenTo = page.seenTo ?? seenTo
        if (page.next === null && !(await grownBeyond(seenTo, changes))) return
      }
    } finally {
      await changes.return?.()
    }
  })
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
