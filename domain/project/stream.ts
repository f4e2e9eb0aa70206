import type { ProjectId } from '../ids.ts'
import { createStreamName, type StreamName } from '../stream.ts'

export const projectCategory = 'project'
export const projectStream = (projectId: ProjectId): StreamName => createStreamName(projectCategory, projectId)
