import { randomBytes } from 'node:crypto'
import type { BackupPart } from '../../domain/backup/contents.ts'
import { backupFolder, backupName } from '../../domain/backup/layout.ts'
import type { Sealed } from '../../domain/values/instance-spec.ts'
import { sealingKeyNumber } from '../../domain/values/sealing-key.ts'
import { toBackupFault } from '../backup/backup-faults.ts'
import { storePart } from '../backup/parts.ts'
import { createMeter } from '../backup/tell-progress.ts'
import { EngineFault } from '../engines/engine.ts'
import type { Host } from '../host.ts'
import { type Outcome, requireRecord } from './outcome.ts'

/**
 * A copy of all data is in the store. An attempt that was cut off, also by the end of the agent, is made again in a folder of its own, as objects are written
 * once; what it left behind goes when a later one is whole.
 */
export const backupStored: Outcome<'backup-stored'> = async (
  host,
  { backupId, sealedKey },
  { nodeId, instanceId, signal, progress },
) => {
  const { driver, instance } = await host.control.describe(requireRecord(host, nodeId), signal)
  const store = requireStore(host)
  const dataKey = await host.sealingKeys.openDataKey(sealedKey, backupId)
  const folder = backupFolder(instanceId, backupId)
  const prefix = `${folder}${randomBytes(6).toString('hex')}`
  const place = { store, prefix, name: backupName(instanceId, backupId), dataKey }
  const meter = createMeter({ progress, elapsedMs: host.clock.elapsedMs }, 'copied')
  const parts: BackupPart[] = []
  try {
    const sink = {
      expect: meter.expect,
      store: async (part: string, content: AsyncIterable<Uint8Array>) =>
        void parts.push(await storePart(place, part, meter.count(content), signal)),
    }
    await driver.backup.take(instance, sink, signal)
    await removeObjects(store, folder, prefix)
  } catch (error) {
    signal.throwIfAborted()
    throw toBackupFault(error)
  }
  await destroyKey(host, sealedKey)
  return { location: prefix, version: instance.installation.version, parts }
}

/** Nothing of a backup that came to nothing is left. */
export const backupAbsent: Outcome<'backup-absent'> = async (host, { backupId, sealedKey }, { instanceId, signal }) => {
  try {
    await removeObjects(requireStore(host), backupFolder(instanceId, backupId), null)
  } catch (error) {
    signal.throwIfAborted()
    throw toBackupFault(error)
  }
  await destroyKey(host, sealedKey)
  return undefined
}

export const requireStore = ({ backups }: Host): NonNullable<Host['backups']> => {
  if (backups !== null) return backups
  throw new EngineFault(
    'BACKUP_REFUSED',
    'The agent of the host has no backup store: COFFER_BACKUP_URL is not set there',
  )
}

const removeObjects = async (
  store: NonNullable<Host['backups']>,
  folder: string,
  kept: string | null,
): Promise<void> => {
  const found: string[] = []
  for await (const { key } of store.list(folder)) if (kept === null || !key.startsWith(`${kept}/`)) found.push(key)
  await store.remove(found)
}

const destroyKey = async ({ sealingKeys }: Host, sealedKey: Sealed): Promise<void> => {
  const number = sealingKeyNumber(sealedKey)
  if (number !== null) await sealingKeys.destroy(number)
}
