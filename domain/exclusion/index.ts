import { defineAggregate } from '../aggregate.ts'
import { accept, type Decision } from '../decider.ts'
import { streamNameSchema } from '../stream.ts'
import { type ExclusionEvent, exclusionEvents } from './events.ts'
import { exclusionShown } from './shown.ts'

export { type ExclusionEvent, exclusionEvents } from './events.ts'

/** The revisions of one stream that are left out. */
export type ExclusionState = { readonly revisions: readonly number[] }

/** The event must have been found unreadable. */
export type ExclusionCommand = { readonly type: 'ExcludeEvent' } & ExclusionEvent['data']

const initial: ExclusionState = { revisions: [] }

/** Its streams are named by the stream whose events they are about. */
export const exclusion = defineAggregate({
  category: 'exclusion',
  id: streamNameSchema,
  events: exclusionEvents,
  audience: 'project',
  shown: exclusionShown,
  leadsTo: 'nothing',
  initial,
  decide: ({ type: _, ...data }: ExclusionCommand, { revisions }): Decision<ExclusionEvent> =>
    revisions.includes(data.revision) ? accept() : accept({ type: 'EventExcluded', data }),
  evolve: ({ revisions }: ExclusionState, { data }: ExclusionEvent): ExclusionState => ({
    revisions: [...revisions, data.revision],
  }),
})

export const exclusionCategory = exclusion.category
export const exclusionStream = exclusion.stream
