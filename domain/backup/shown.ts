import type { ShownOf } from '../aggregate.ts'
import { pick } from '../values/pick.ts'
import type { backupEvents } from './events.ts'

export const backupShown: ShownOf<typeof backupEvents> = {
  BackupRequested: (data) =>
    pick(
      data,
      'backupId',
      'instanceId',
      'instanceName',
      'name',
      'operationId',
      'deadline',
      'spec',
      'databases',
      'users',
      'scheduleId',
      'thenDelete',
    ),
  BackupCompleted: ({ contents: { location, version, parts } }) => ({
    location,
    version,
    parts: parts.map(({ name, bytes, storedBytes }) => ({ name, bytes, storedBytes })),
  }),
  BackupFailed: ({ fault, removeAt }) => ({ fault, removeAt }),
  BackupVerificationBegun: ({ operationId, instanceId }) => ({ operationId, instanceId }),
  BackupVerified: ({ operationId, read }) => ({ operationId, read }),
  BackupVerificationFailed: ({ operationId, fault }) => ({ operationId, fault }),
  BackupInstanceKept: ({ code, message }) => ({ code, message }),
  BackupDeletionRequested: (data) => pick(data, 'removeAt', 'retired'),
  BackupRemovalBegun: ({ attempt, again }) => ({ attempt, again }),
  BackupRemovalPostponed: ({ reason, until }) => ({ reason, until }),
  BackupRemoved: () => ({}),
}
