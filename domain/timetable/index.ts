import { defineAggregate } from '../aggregate.ts'
import { projectIdSchema } from '../ids.ts'
import { decide } from './decide.ts'
import { timetableEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { timetableShown } from './shown.ts'
import { emptyTimetable } from './state.ts'

export { type TimetableEvent, timetableEvents } from './events.ts'

/** The schedules that a project has, each for an instance: how many there are is counted here, and those of a deleted instance are found here. */
export const timetable = defineAggregate({
  category: 'timetable',
  id: projectIdSchema,
  events: timetableEvents,
  audience: 'project',
  shown: timetableShown,
  leadsTo: 'something',
  initial: emptyTimetable,
  decide,
  evolve,
})

export const timetableCategory = timetable.category
export const timetableStream = timetable.stream
