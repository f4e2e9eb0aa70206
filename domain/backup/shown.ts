import type { ShownOf } from '../aggregate.ts'
import type { backupEvents } from './events.ts'

export const backupShown: ShownOf<typeof backupEvents> = {
  BackupRequested: ({
    backupId,
    instanceId,
    instanceName,
    name,
    operationId,
    deadline,
    spec,
    databases,
    users,
    scheduleId,
    thenDelete,
  }) => ({
    ...(scheduleId && { scheduleId }),
    ...(thenDelete && { thenDelete }),
    backupId,
    instanceId,
    instanceName,
    name,
    operationId,
    deadline,
    spec,
    databases,
    users,
  }),
  BackupCompleted: ({ contents: { location, version, parts } }) => ({
    location,
    version,
    parts: parts.map(({ name, bytes, storedBytes }) => ({ name, bytes, storedBytes })),
  }),
  BackupFailed: ({ fault, removeAt }) => ({ fault, removeAt }),
  BackupVerificationBegun: ({ operationId, instanceId }) => ({ operationId, instanceId }),
  BackupVerified: ({ operationId, read }) => ({ operationId, read }),
  BackupVerificationFailed: ({ operationId, fault }) => ({ operationId, fault }),
  BackupDeletionRequested: ({ removeAt, retired }) => ({ removeAt, ...(retired && { retired }) }),
  BackupRemovalBegun: ({ attempt, again }) => ({ attempt, again }),
  BackupRemovalPostponed: ({ reason, until }) => ({ reason, until }),
  BackupRemoved: () => ({}),
}
