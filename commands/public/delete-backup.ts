import { z } from 'zod'
import { backup, backupStream } from '../../domain/backup/index.ts'
import { backupIdSchema } from '../../domain/ids.ts'
import { isoNow } from '../../kernel/clock.ts'
import { reaches } from '../dispatch/authorise.ts'
import { shownId } from './answers.ts'
import { accepted, defineCommand, refused } from './definition.ts'
import { backupIdField } from './input.ts'

export const deleteBackup = defineCommand({
  name: 'DeleteBackup',
  role: 'member',
  does: 'Deletes a backup for good: from now on it cannot be restored. Its key is destroyed and its objects are removed in the background.',
  asks: 'Which backup.',
  input: z.strictObject({ id: backupIdField('The id of the backup.') }),
  answer: {
    name: 'DeleteBackup',
    says: 'The backup is being deleted, or is gone.',
    fields: z.object({ backupId: shownId(backupIdSchema, 'The backup.') }),
  },
  carryOut: async ({ handler, clock }, job, { id }) => {
    const handled = await handler.handle(
      backup,
      backupStream(id),
      { type: 'DeleteBackup', now: isoNow(clock) },
      ({ state }) =>
        state.status === 'ABSENT'
          ? job.context
          : {
              ...job.context,
              correlationId: state.operationId,
              projectId: state.projectId,
              instanceId: state.instanceId,
            },
      {
        guard: ({ state }) =>
          state.status !== 'ABSENT' && reaches(job.reach, state.projectId)
            ? null
            : { code: 'NOT_FOUND', message: `there is no backup ${id} that you may see`, field: 'id' },
        mayBeDone: job.repeat,
      },
    )
    if (handled.outcome === 'rejected') return refused(handled.rejection)
    return accepted({ position: handled.position, replayed: handled.events.length === 0, backupId: id })
  },
})
