import { backupFolder } from '../../domain/backup/layout.ts'
import type { Reaction, RemovalRequest } from '../../domain/reactions/reaction.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { type BackupStore, BackupStoreError } from '../ports/backup-store.ts'
import type { KeyStore } from '../ports/key-store.ts'

/** Where backups are and their keys, as far as this process knows. */
export type BackupPlaces = {
  readonly store: Pick<BackupStore, 'list' | 'remove'>
  readonly keys: Pick<KeyStore, 'remove'>
}

/** Objects are removed so many at a time. */
const atOnce = 500

/**
 * Removes all of a backup: its key first, so that from then on no copy of its objects can be read. Answers what follows. An event store that is away is thrown, as
 * whoever waits for that waits there.
 */
export const removeBackup = async (
  places: BackupPlaces | undefined,
  { backupId, instanceId, done, failed }: RemovalRequest,
  { clock, log }: { readonly clock: WallClock; readonly log: Pick<Log, 'warn'> },
): Promise<Reaction> => {
  if (places === undefined) return failed('this server has no backup store: see COFFER_BACKUP_URL', isoNow(clock))
  const { store, keys } = places
  await keys.remove(backupId)
  try {
    let found: string[] = []
    for await (const { key } of store.list(backupFolder(instanceId, backupId))) {
      found.push(key)
      if (found.length < atOnce) continue
      await store.remove(found)
      found = []
    }
    await store.remove(found)
    return done
  } catch (error) {
    if (!(error instanceof BackupStoreError)) throw error
    log.warn({ backupId, err: error }, 'the objects of a backup could not be removed; trying again later')
    return failed(error.message, isoNow(clock))
  }
}
