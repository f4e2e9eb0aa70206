import { defineAggregate } from '../aggregate.ts'
import { projectIdSchema } from '../ids.ts'
import { decide } from './decide.ts'
import { projectEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { projectShown } from './shown.ts'
import { newProject } from './state.ts'

export type { ProjectCommand, ReleaseReason } from './commands.ts'
export { type ProjectEvent, projectEvents, type QuotaLimits } from './events.ts'
export type { ProjectState } from './state.ts'

export const project = defineAggregate({
  category: 'project',
  id: projectIdSchema,
  events: projectEvents,
  audience: 'project',
  shown: projectShown,
  leadsTo: 'nothing',
  initial: newProject,
  decide,
  evolve,
})

export const projectCategory = project.category
export const projectStream = project.stream
