import type { BackupId, InstanceId } from '../ids.ts'

/** What the objects of a backup are bound to, wherever they lie: `docs/reference/backup-layout.md`. */
export const backupName = (instanceId: InstanceId, backupId: BackupId): string => `${instanceId}/${backupId}`

/** Below it are all objects of a backup, also those of attempts that came to nothing. */
export const backupFolder = (instanceId: InstanceId, backupId: BackupId): string =>
  `instances/${instanceId}/backups/${backupId}/`
