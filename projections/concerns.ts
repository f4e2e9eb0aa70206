import type { Position, WrittenUpTo } from '../commands/ports/event-store.ts'
import type { Category } from '../domain/aggregates.ts'
import { exclusion } from '../domain/exclusion/index.ts'
import { streamCategory } from '../domain/stream.ts'
import type { ProjectedEvent, Projection } from './projection.ts'

type Shown = Pick<Projection, 'view' | 'categories'>

/** The list of unreadable events takes every category, but of what can be read only what is about such events. */
const shownBy = ({ view, categories }: Shown): readonly Category[] =>
  view === 'unreadable' ? [exclusion.category] : categories

/** Whether a view is to show an event at once. It may pass over all others when there is time: readers do not wait for that. */
export const concernOf = (projection: Shown & Pick<Projection, 'keysOf'>): ((event: ProjectedEvent) => boolean) => {
  const shown: ReadonlySet<string> = new Set(shownBy(projection))
  return (event) => shown.has(streamCategory(event.stream)) || projection.keysOf(event).length > 0
}

/** Of these views those that show something of what a command wrote, and how far each must have come for that. */
export const placesToReach = (
  views: readonly Shown[],
  written: WrittenUpTo,
): readonly (readonly [view: string, position: Position])[] =>
  views.flatMap((each) => {
    const positions = shownBy(each).flatMap((category) => written[category] ?? [])
    return positions.length === 0 ? [] : [[each.view, Math.max(...positions)] as const]
  })
