import { z } from 'zod'
import { backup, backupStream } from '../../domain/backup/index.ts'
import { backupIdSchema, instanceIdSchema, operationIdSchema } from '../../domain/ids.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { reaches } from '../dispatch/authorise.ts'
import { noSuchBackup } from '../dispatch/find-source.ts'
import { shownId } from './answers.ts'
import { createFor } from './create-instance.ts'
import { accepted, defineCommand, refused } from './definition.ts'
import { uuidField } from './input.ts'

/** The instance is one like any other until it is there: what is proven is what everybody gets. */
export const verifyBackup = defineCommand({
  name: 'VerifyBackup',
  role: 'member',
  does: 'Restores a backup into an instance of the smallest flavor, reads everything in it and deletes it again. Answers at once; `Backup.proof` says what came of it.',
  asks: 'Which backup.',
  input: z.strictObject({ id: uuidField(backupIdSchema, 'backup id', 'The id of the backup.') }),
  answer: {
    name: 'VerifyBackup',
    says: 'The backup is being restored.',
    fields: z.object({
      backupId: shownId(backupIdSchema, 'The backup.'),
      instanceId: shownId(instanceIdSchema, 'What it is restored into, and what is deleted afterwards.'),
      operationId: shownId(operationIdSchema, 'The operation that restores it.'),
    }),
  },
  carryOut: async (dependencies, job, { id }) => {
    const { handler, directory } = dependencies
    const { instanceId, operationId } = job.ids
    const { state } = await handler.load(backup, backupStream(id))
    if (state.status === 'ABSENT' || !reaches(job.reach, state.projectId)) {
      return refused(noSuchBackup(id, 'id'))
    }
    const { projectId } = state
    const verification = state.status === 'AVAILABLE' ? state.verification : null
    if (verification !== null && verification.operationId !== operationId) return refused(inProgress(verification))
    await directory.ready(job.request.signal)
    const [smallest] = directory
      .flavors()
      .flatMap((flavor) => (flavor.status === 'DEFINED' ? flavor : []))
      .toSorted((a, b) => a.memoryMiB - b.memoryMiB || a.vcpus - b.vcpus)
    const made = await createFor(dependencies, job, {
      name: `verify-${instanceId.slice(-12)}`,
      datastore: '',
      fromBackup: id,
      projectId,
      throwaway: true,
      ...(smallest && { flavor: smallest.flavorId }),
    })
    if (!made.accepted) return refused(made.rejection)
    const context = { ...job.context, correlationId: operationId, projectId, instanceId: state.instanceId }
    const begin = { type: 'BeginVerification', operationId, instanceId } as const
    const begun = await handler.handle(backup, backupStream(id), begin, context)
    if (begun.outcome === 'rejected') return refused(begun.rejection)
    return accepted({ position: begun.position, replayed: made.replayed, backupId: id, instanceId, operationId })
  },
})

const inProgress = ({ operationId }: { readonly operationId: string }): Rejection => ({
  code: 'OPERATION_IN_PROGRESS',
  message: `the backup is being verified already, by operation ${operationId}`,
  details: { operationId },
})
