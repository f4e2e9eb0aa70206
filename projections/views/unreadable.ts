import type { Position } from '../../commands/ports/event-store.ts'
import { allCategories } from '../../domain/aggregates.ts'
import type { Actor } from '../../domain/metadata.ts'
import type { UnreadableReason } from '../../domain/read-event.ts'
import type { StreamName } from '../../domain/stream.ts'
import { auditKey } from '../audit-entry.ts'
import { entriesIn, everyone, type Lists, namesOf } from '../lists.ts'
import { inAll } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { type ProjectedEvent, type Projection, unreadable } from '../projection.ts'
import { defineView } from '../view.ts'

/**
 * An event that this program cannot read, and whether it was declared left out. Key: `<stream>/<revision>`. Index: `all`, sorted by position.
 */
export type UnreadableDocument = {
  readonly id: string
  readonly position: Position
  readonly stream: StreamName
  readonly revision: number
  /** As it is stored. */
  readonly type: string
  readonly reason: UnreadableReason
  readonly detail: string
  readonly excluded: { readonly at: string; readonly by: Actor; readonly note: string } | null
}

export const unreadableKey = (stream: string, revision: number): string => `${stream}/${revision}`

const keysOf = (event: ProjectedEvent): readonly string[] => {
  if (event.type === unreadable) return [unreadableKey(event.stream, event.revision)]
  return event.type === 'EventExcluded' ? [unreadableKey(event.data.stream, event.data.revision)] : []
}

const lists: Lists<UnreadableDocument, 'all'> = { all: () => everyone }

/** The events that this program cannot read, and which of them were declared left out. */
const fold: Projection<UnreadableDocument, 'unreadable', 'all'> = {
  view: 'unreadable',
  version: 1,
  categories: allCategories,
  blind: false,
  keysOf,
  evolve: (document, event) => {
    if (event.type === unreadable) {
      const { id, position, stream, revision, storedType: type, reason, detail } = event
      return { id, position, stream, revision, type, reason, detail, excluded: document?.excluded ?? null }
    }
    // What can be read by now needs no leaving out.
    if (event.type !== 'EventExcluded' || document === null) return document
    const { at, actor: by } = event.metadata
    return { ...document, excluded: document.excluded ?? { at, by, note: event.data.note } }
  },
  entries: entriesIn(lists, ({ position }) => auditKey(position)),
  lists: namesOf(lists),
}

export const unreadableView = defineView(fold, ({ get, page }) => ({
  /** By `unreadableKey`. */
  unreadableEvent: (key: string) => get(key),
  unreadableEvents: (request: PageRequest) => page(inAll, request),
}))
