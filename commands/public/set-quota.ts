import { z } from 'zod'
import type { ProjectId } from '../../domain/ids.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import { defineCommand } from './definition.ts'
import { handleAs } from './handle-as.ts'
import { projectIdField, wholeNumberField } from './input.ts'

export const quotaAnswer = {
  name: 'SetQuota',
  says: 'The limits hold from now on. What is over them stays.',
  fields: z.object({ projectId: z.custom<ProjectId>() }),
}

export const setQuota = defineCommand({
  name: 'SetQuota',
  role: 'admin',
  does: 'Admins only. Sets what a project may hold.',
  asks: 'All limits of one project. 0 means none.',
  input: z.strictObject({
    projectId: projectIdField('Which project.'),
    instances: wholeNumberField('Number of instances.'),
    vcpus: wholeNumberField('Virtual CPUs.'),
    memoryMiB: wholeNumberField('Memory in MiB.'),
    volumeGiB: wholeNumberField('Disk in GiB.'),
    backupGiB: wholeNumberField('Backups in their store, in GiB. If left out: as before.').optional(),
  }),
  answer: quotaAnswer,
  carryOut: (dependencies, job, { projectId, ...limits }) => {
    const command = { type: 'SetProjectQuota', projectId, limits } as const
    const ofProject = { ...job, context: { ...job.context, projectId } }
    return handleAs(dependencies, ofProject, project, projectStream(projectId), command, { projectId })
  },
})
