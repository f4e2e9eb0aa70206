import type { backup } from '../backup/index.ts'
import type { ReactionsOf } from './reaction.ts'

export const backupReactions: ReactionsOf<typeof backup> = {
  /** Told again where nothing was heard of it: what is gone already is fine. */
  BackupRemovalBegun: {
    present: (_, state) => {
      if (state.status !== 'FAILED' && state.status !== 'DELETING') return []
      const { backupId: id, instanceId, removal } = state
      if (removal === null) return []
      return [
        {
          target: 'backup-store',
          backupId: id,
          instanceId,
          done: { target: 'backup', id, command: { type: 'ConfirmRemoval' } },
          failed: (reason, now) => ({ target: 'backup', id, command: { type: 'PostponeRemoval', reason, now } }),
        },
      ]
    },
  },
  BackupVerificationBegun: 'none',
  BackupVerified: 'none',
  BackupVerificationFailed: 'none',
  BackupRequested: 'none',
  BackupCompleted: 'none',
  BackupFailed: 'none',
  BackupDeletionRequested: 'none',
  BackupRemovalPostponed: 'none',
  BackupRemoved: 'none',
}
