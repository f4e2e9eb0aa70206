import type { Position, WrittenUpTo } from '../commands/ports/event-store.ts'
import { placesToReach } from './concerns.ts'
import { allViews, type ViewName, viewNames } from './registry.ts'
import { createReader, type ReadDeps } from './view.ts'

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

export const createViews = (deps: ReadDeps): Views => ({
  ...readsOf(deps),
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

/** Throws where two views name a read alike: one would hide the other. */
const readsOf = (deps: ReadDeps): Omit<Views, 'waitFor' | 'waitForWritten'> => {
  const all: Record<string, unknown> = {}
  for (const { view, reads } of allViews) {
    // Each is given a reader of its own view, which the compiler cannot follow.
    const ofView = (reads as (reader: unknown, deps: ReadDeps) => object)(createReader(deps, view), deps)
    for (const [name, read] of Object.entries(ofView)) {
      if (Object.hasOwn(all, name)) throw new Error(`two views have a read ${name}`)
      all[name] = read
    }
  }
  return all as Omit<Views, 'waitFor' | 'waitForWritten'>
}
