import { createHash } from 'node:crypto'
import { aggregates, type Category } from '../domain/aggregates.ts'
import { baseName, type ViewStore } from './ports/view-store.ts'
import type { Projection } from './projection.ts'

type Versioned = Pick<Projection, 'view' | 'version' | 'categories'>

/** The version of each event type that a program can read, by category. */
export type ReadableEvents = Readonly<
  Record<Category, { readonly events: Readonly<Record<string, { readonly version: number }>> }>
>

/**
 * What a view of one version is called in a store that outlives the program. What a view makes of an event depends on whether the program can
 * read it, so programs that can read different events of its categories have views of different names. No view has a dash in its name.
 */
export const versionedName = (
  { view, version, categories }: Versioned,
  readable: ReadableEvents = aggregates,
): string => {
  const types = categories.flatMap((category) =>
    Object.entries(readable[category].events).map(([type, event]) => `${type} ${event.version}`),
  )
  const known = createHash('sha256').update(types.sort().join('\n')).digest('hex')
  return `${view}-v${version}-${known.slice(0, knownChars)}`
}

/** Enough to tell the programs apart that may run on one store at the same time, or one after the other. */
const knownChars = 8

/**
 * A store in which every version of a view is a view of its own. In a rolling upgrade programs of two versions run on one store: each
 * builds and reads its own, and none meets documents of another shape. Throws on views that are not among `projections`.
 */
export const createVersionedViewStore = (store: ViewStore, projections: readonly Versioned[]): ViewStore => {
  const names = new Map<string, string>(projections.map((projection) => [projection.view, versionedName(projection)]))
  /** Also of what stands beside a view, as `instances.rebuild`. */
  const stored = (view: string): string => {
    const base = baseName(view)
    const name = names.get(base)
    if (name === undefined) throw new Error(`there is no view ${view} with a version`)
    return `${name}${view.slice(base.length)}`
  }
  return {
    apply: (batch) => store.apply({ ...batch, view: stored(batch.view) }),
    checkpoint: (view) => store.checkpoint(stored(view)),
    place: (view) => store.place(stored(view)),
    get: (view, key) => store.get(stored(view), key),
    getMany: (view, keys, options) => store.getMany(stored(view), keys, options),
    list: (view, options) => store.list(stored(view), options),
    count: (view, index, value) => store.count(stored(view), index, value),
    waitFor: (view, position, signal) => store.waitFor(stored(view), position, signal),
    changes: (view, signal, only) => store.changes(stored(view), signal, only),
    dump: (view) => store.dump(stored(view)),
    drop: (view) => store.drop(stored(view)),
    invalidate: (view, reason) => store.invalidate(stored(view), reason),
    swap: (view, from) => store.swap(stored(view), stored(from)),
    hold: (view, holdMs) => store.hold(stored(view), holdMs),
    close: () => store.close(),
  }
}
