import { z } from 'zod'
import { backupContentsSchema } from '../../backup/contents.ts'
import { type BackupId, backupIdSchema } from '../../ids.ts'
import { leastStepMs, resultReader, seconds } from '../../operation/process.ts'
import type { OperationSubject } from '../../operation/subject.ts'
import { scheduleIdSchema } from '../../schedule/id.ts'
import { sealedSchema } from '../../values/instance-spec.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'
import { deletionProtected } from './delete.ts'

/** `sealedKey`: what the backup is encrypted by, sealed to a key of the host. `scheduleId`, `thenDelete`: as the backup has them. */
const wish = {
  backupId: backupIdSchema,
  name: z.string(),
  sealedKey: sealedSchema,
  scheduleId: scheduleIdSchema.nullish(),
  thenDelete: z.boolean().nullish(),
}
const wishOf = wishReader(wish)
const copied = resultReader('copy', backupContentsSchema)

/** The backup that an operation makes; null for another kind. */
export const backupOf = (kind: string, subject: OperationSubject): BackupId | null =>
  kind === 'backup' ? wishOf(subject).backupId : null

/** One of an instance at a time: two would only slow each other down. */
export const backupOperation = defineSharedOperation({
  kind: 'backup',
  lane: 'shared',
  does: 'Copies the data of an engine that runs to the backup store.',
  done: 'backed up',
  accepts: ['ACTIVE'],
  wish,
  about: () => ['a backup'],
  refuses: ({ details }, { thenDelete }) =>
    thenDelete && details.deletionProtected ? { ...deletionProtected, field: 'thenDelete' } : null,
  requested: 'InstanceBackupRequested',
  succeeded: 'InstanceBackedUp',
  applied: { backupId: backupIdSchema, contents: backupContentsSchema },
  applies: (_, { backupId }, results) => {
    const contents = copied(results)
    return contents && { backupId, contents }
  },
  steps: [
    {
      name: 'copy',
      timeoutMs: seconds(300),
      silenceMs: seconds(240),
      result: backupContentsSchema,
      payload: (subject) => {
        const { backupId, sealedKey } = wishOf(subject)
        return { kind: 'backup-stored', backupId, sealedKey }
      },
    },
  ],
  compensation: [
    {
      name: 'remove',
      timeoutMs: leastStepMs,
      payload: (subject) => {
        const { backupId, sealedKey } = wishOf(subject)
        return { kind: 'backup-absent', backupId, sealedKey }
      },
    },
  ],
  undoneTo: null,
  notCancellable: null,
  remains: 'what it has stored is removed later',
})
