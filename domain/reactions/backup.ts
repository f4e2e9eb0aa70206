import { type BackupContents, bytesOf } from '../backup/contents.ts'
import type { BackupState, backup, KnownBackup } from '../backup/index.ts'
import type { BackupId } from '../ids.ts'
import type { Rejection } from '../rejection.ts'
import type { Effect, Reaction, ReactionsOf } from './reaction.ts'

export const backupReactions = {
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
  /** Its schedule decides which of the former ones go. The instance goes where this was the last thing that was wanted of it. */
  BackupCompleted: {
    present: (_, state) =>
      state.status === 'AVAILABLE'
        ? [holdRoom(state, state.contents), ...keepBySchedule(state), ...deleteInstance(state)]
        : [],
  },
  /** What may be whole is in the store until somebody deletes it. */
  BackupFailed: ({ data: { removeAt } }, state) => (removeAt === null ? [] : releaseRoom(state)),
  BackupInstanceKept: 'none',
  BackupDeletionRequested: 'none',
  BackupRemovalPostponed: 'none',
  BackupRemoved: (_, state) => releaseRoom(state),
} satisfies ReactionsOf<typeof backup>

const holdRoom = ({ projectId, backupId }: KnownBackup, contents: BackupContents): Reaction => ({
  target: 'project',
  id: projectId,
  command: { type: 'ConfirmBackup', projectId, backupId, bytes: bytesOf(contents).storedBytes },
})

const releaseRoom = (state: BackupState): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  const { projectId, backupId } = state
  return [{ target: 'project', id: projectId, command: { type: 'ReleaseBackup', projectId, backupId } }]
}

const keepBySchedule = ({ scheduleId, backupId }: KnownBackup): readonly Effect[] =>
  scheduleId === undefined ? [] : [{ target: 'schedule', id: scheduleId, command: { type: 'KeepBackup', backupId } }]

/** As a member asks: where something else changes the instance just then, it stays. */
const deleteInstance = ({ thenDelete, backupId, projectId, instanceId, deadline }: KnownBackup): readonly Effect[] =>
  thenDelete === undefined
    ? []
    : [
        {
          target: 'public',
          by: 'final-backups',
          projectId,
          identity: { at: deadline, parts: [backupId] },
          command: { type: 'DeleteInstance', id: instanceId },
          answered: (answer) => (answer.accepted ? [] : keepInstance(backupId, answer.rejection)),
        },
      ]

/** One that is gone already is what was wanted. */
const keepInstance = (id: BackupId, rejection: Rejection): readonly Reaction[] =>
  rejection.code === 'NOT_FOUND' ? [] : [{ target: 'backup', id, command: { type: 'KeepInstance', rejection } }]
