import type { EventStore, Position, WrittenUpTo } from '../commands/ports/event-store.ts'
import type { StreamName } from '../domain/stream.ts'
import { placesToReach } from './concerns.ts'
import { createPastReader, type StreamsOf } from './past.ts'
import type { Document } from './ports/view-store.ts'
import type { Projection } from './projection.ts'
import { allViews, type ViewName, viewNames } from './registry.ts'
import { createReader, type ReadDeps, type Reader } from './view.ts'

type AllOf<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

/**
 * Everything that is read: what the views say of themselves, in `views/`. Documents must not be changed. Every method throws
 * `ViewStoreUnavailable` when the store cannot be reached; `events` and `event`, which read the log too, also `EventStoreUnavailable`.
 */
export type Views = AllOf<ReturnType<(typeof allViews)[number]['reads']>> & {
  /** True once these views (default: all) show everything up to the position, false when the signal aborts first. */
  waitFor(position: Position, signal: AbortSignal, views?: readonly ViewName[]): Promise<boolean>
  /** The same for what a command wrote, of the views that show something of it. */
  waitForWritten(written: WrittenUpTo, signal: AbortSignal): Promise<boolean>
}

export const createViews = (deps: ReadDeps): Views => ({ ...readsOf(deps, createReader), ...waitsOf(deps) })

const waitsOf = (deps: ReadDeps): Pick<Views, 'waitFor' | 'waitForWritten'> => ({
  waitFor: async (position, signal, views = viewNames) => {
    const reached = await Promise.all(views.map((view) => deps.viewStore.waitFor(view, position, signal)))
    return reached.every(Boolean)
  },
  waitForWritten: async (written, signal) => {
    const places = placesToReach(allViews, written)
    const reached = await Promise.all(places.map(([view, position]) => deps.viewStore.waitFor(view, position, signal)))
    return reached.every(Boolean)
  },
})

/**
 * Everything as it was at a moment (ISO 8601): reads of single documents fold them from the log. Reads of lists throw, as the past is in no list. Throws
 * `EventStoreUnavailable`.
 */
export type ViewsAt = (moment: string) => Views

export const createViewsAt =
  (deps: ReadDeps & { readonly eventStore: Pick<EventStore, 'readStream'> }): ViewsAt =>
  (moment) => ({
    ...waitsOf(deps),
    ...readsOf(deps, (_, view) => {
      const past = createPastReader(deps.eventStore, view, moment, streamsIn(deps, view))
      const inNoList = (): never => {
        throw new Error(`the view ${view.view} has no lists of the past`)
      }
      // What the fold of this view makes is of its own type, which the compiler cannot follow.
      const get = past as Reader<Document, string>['get']
      return {
        get,
        getMany: (keys) => Promise.all(keys.map((key) => get(key))) as never,
        page: inNoList,
        count: inNoList,
        watch: inNoList,
      }
    }),
  })

/** Which streams they are is in the document as it is now: it never changes. */
const streamsIn = ({ viewStore }: ReadDeps, { view, streamsOf }: AnyView): StreamsOf | undefined =>
  streamsOf &&
  (async (key) => {
    const present = await viewStore.get<Document>(view, key)
    return present === null ? [] : streamsOf(present)
  })

/** A method, so that it is one whatever its documents are. */
type AnyView = Projection & { streamsOf?(document: Document): readonly StreamName[] }

/** Throws where two views name a read alike: one would hide the other. */
const readsOf = (
  deps: ReadDeps,
  readerOf: (deps: ReadDeps, view: AnyView) => Reader<Document, string>,
): Omit<Views, 'waitFor' | 'waitForWritten'> => {
  const all: Record<string, unknown> = {}
  for (const each of allViews) {
    const { reads } = each
    // Each is given a reader of its own view, which the compiler cannot follow.
    const ofView = (reads as (reader: unknown, deps: ReadDeps) => object)(
      readerOf(deps, each as unknown as AnyView),
      deps,
    )
    for (const [name, read] of Object.entries(ofView)) {
      if (Object.hasOwn(all, name)) throw new Error(`two views have a read ${name}`)
      all[name] = read
    }
  }
  return all as Omit<Views, 'waitFor' | 'waitForWritten'>
}
