import type { Decider } from '../decider.ts'
import type { ProjectCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { ProjectEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { newProject, type ProjectState } from './state.ts'

export type { ProjectCommand, ReleaseReason } from './commands.ts'
export { type ProjectEvent, projectEvents, type QuotaLimits } from './events.ts'
export type { ProjectState } from './state.ts'
export { projectCategory, projectStream } from './stream.ts'

export const project: Decider<ProjectState, ProjectCommand, ProjectEvent> = { initial: newProject, decide, evolve }
