import { defineAggregate } from '../aggregate.ts'
import { backupIdSchema } from '../ids.ts'
import { plusMs } from '../values/time.ts'
import type { BackupCommand } from './commands.ts'
import { decide, unheardMs } from './decide.ts'
import { backupEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { backupShown } from './shown.ts'
import { absentBackup, removalOf } from './state.ts'

export type { BackupCommand } from './commands.ts'
export { type BackupEvent, backupEvents } from './events.ts'
export type { BackupState, KnownBackup } from './state.ts'

export const backup = defineAggregate({
  category: 'backup',
  id: backupIdSchema,
  events: backupEvents,
  audience: 'project',
  shown: backupShown,
  leadsTo: 'something',
  initial: absentBackup,
  decide,
  evolve,
  timer: {
    nextDue: (state) =>
      state.status === 'CREATING' ? plusMs(state.deadline, unheardMs) : (removalOf(state)?.dueAt ?? null),
    whenDue: (now): BackupCommand => ({ type: 'CheckBackup', now }),
    whenUnreadable: (what): BackupCommand => ({ type: 'KeepUnreadable', what }),
    concerns: (state) => {
      if (state.status === 'ABSENT') return null
      const { projectId, instanceId, operationId } = state
      return { projectId, instanceId, correlationId: operationId, traceparent: undefined }
    },
  },
})

export const backupCategory = backup.category
export const backupStream = backup.stream
