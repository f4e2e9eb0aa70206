import { z } from 'zod'
import { backup, backupStream } from '../../domain/backup/index.ts'
import { backupIdSchema } from '../../domain/ids.ts'
import { isoNow } from '../../kernel/clock.ts'
import { noSuchBackup } from '../dispatch/find-source.ts'
import { shownId } from './answers.ts'
import { defineCommand } from './definition.ts'
import { handleOwned } from './handle-as.ts'
import { uuidField } from './input.ts'

export const deleteBackup = defineCommand({
  name: 'DeleteBackup',
  role: 'member',
  does: 'Deletes a backup for good: from now on it cannot be restored. Its key is destroyed and its objects are removed in the background.',
  asks: 'Which backup.',
  input: z.strictObject({ id: uuidField(backupIdSchema, 'backup id', 'The id of the backup.') }),
  answer: {
    name: 'DeleteBackup',
    says: 'The backup is being deleted, or is gone.',
    fields: z.object({ backupId: shownId(backupIdSchema, 'The backup.') }),
  },
  carryOut: (dependencies, job, { id }) => {
    const command = { type: 'DeleteBackup', now: isoNow(dependencies.clock) } as const
    return handleOwned(
      dependencies,
      job,
      backup,
      backupStream(id),
      command,
      { backupId: id },
      {
        whose: (state) => {
          if (state.status === 'ABSENT') return null
          const { operationId, projectId, instanceId } = state
          return { correlationId: operationId, projectId, instanceId }
        },
        missing: noSuchBackup(id, 'id'),
      },
    )
  },
})
