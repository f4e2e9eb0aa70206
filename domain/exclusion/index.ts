import { accept, type Decider } from '../decider.ts'
import type { ExclusionEvent } from './events.ts'

export { type ExclusionEvent, exclusionEvents } from './events.ts'
export { exclusionCategory, exclusionStream } from './stream.ts'

/** The revisions of one stream that are left out. */
export type ExclusionState = { readonly revisions: readonly number[] }

/** The event must have been found unreadable. */
export type ExclusionCommand = { readonly type: 'ExcludeEvent' } & ExclusionEvent['data']

export const exclusion: Decider<ExclusionState, ExclusionCommand, ExclusionEvent> = {
  initial: { revisions: [] },
  decide: ({ type: _, ...data }, { revisions }) =>
    revisions.includes(data.revision) ? accept() : accept({ type: 'EventExcluded', data }),
  evolve: ({ revisions }, { data }) => ({ revisions: [...revisions, data.revision] }),
}
