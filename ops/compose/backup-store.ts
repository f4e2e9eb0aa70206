import { join } from 'node:path'
import { createBackupDirectory } from '../../commands/adapters/backup-directory/backup-store.ts'
import { createS3BackupStore } from '../../commands/adapters/s3/backup-store.ts'
import type { BackupStore } from '../../commands/ports/backup-store.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { BackupPlace } from '../config/backup-url.ts'
import { type Config, isDistributed } from '../config.ts'

/**
 * Where backups are kept, as the configuration says; null where nowhere. Without a word of it they are in the data directory of a server that is all in one: where
 * the log is shared, no process sees the directory of another.
 */
export const openBackupStore = (config: Config, kernel: Kernel): BackupStore | null => {
  const place = config.backupPlace ?? standardPlace(config)
  if (place.kind === 'none') return null
  if (place.kind === 'directory') return createBackupDirectory(place.path, kernel.clock.now)
  const { kind: _, ...bucket } = place
  const { backupAccessKey: accessKeyId, backupSecretKey: secretAccessKey } = config
  return createS3BackupStore(
    { ...bucket, accessKeyId: accessKeyId ?? '', secretAccessKey: secretAccessKey ?? '' },
    kernel,
  )
}

const standardPlace = (config: Config): BackupPlace =>
  isDistributed(config) ? { kind: 'none' } : { kind: 'directory', path: join(config.dataDir, 'backups') }
