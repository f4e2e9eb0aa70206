import { allCategories } from '../../domain/aggregates.ts'
import type { UnreadableDocument } from '../documents.ts'
import { entriesIn, everyone, type Lists } from '../lists.ts'
import { type ProjectedEvent, type Projection, unreadable } from '../projection.ts'
import { auditKey } from './events.ts'

export const unreadableKey = (stream: string, revision: number): string => `${stream}/${revision}`

const keysOf = (event: ProjectedEvent): readonly string[] => {
  if (event.type === unreadable) return [unreadableKey(event.stream, event.revision)]
  return event.type === 'EventExcluded' ? [unreadableKey(event.data.stream, event.data.revision)] : []
}

const lists: Lists<'unreadable', UnreadableDocument> = { all: () => everyone }

/** The events that this program cannot read, and which of them were declared left out. */
export const unreadableProjection: Projection<UnreadableDocument> = {
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
}
