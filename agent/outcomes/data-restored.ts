import { join } from 'node:path'
import { bytesOf } from '../../domain/backup/contents.ts'
import { backupName } from '../../domain/backup/layout.ts'
import { toBackupFault } from '../backup/backup-faults.ts'
import { readPart } from '../backup/parts.ts'
import { createMeter } from '../backup/tell-progress.ts'
import { type BackupSource, EngineFault } from '../engines/engine.ts'
import { exists } from '../files.ts'
import type { Host } from '../host.ts'
import { requireStore } from './backup-stored.ts'
import { type Outcome, type OutcomeContext, requireRecord } from './outcome.ts'
import { clearVolume, takeIntoUse } from './volume-content.ts'

/** The instance's volume has the data of the backup, whole and checked. What an attempt that was cut off left there is cleared away. */
export const dataRestored: Outcome<'data-restored'> = async (host, { spec, source }, { nodeId, signal, progress }) => {
  const { layout, records, installations, sealingKeys } = host
  const { volume: kept, owner } = requireRecord(host, nodeId)
  await host.volumes(kept.kind).attach(layout.volumePlace(nodeId), signal)
  // It gets its name when it is whole.
  if (await exists(layout.dataDir(nodeId))) return undefined
  const installed = await installations.find(spec.datastore, spec.version, signal)
  records.update(nodeId, { durable: false })
  const volume = layout.volume(nodeId)
  await clearVolume(volume)
  const draft = join(volume, 'restoring')
  const dataKey = await sealingKeys.openDataKey(source.sealedKey, source.backupId)
  const parts = partsOf(host, { source, dataKey }, progress, signal)
  try {
    await installed.driver.backup.restore(installed.installation, draft, owner, parts, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw toBackupFault(error)
  }
  await takeIntoUse(host, installed, nodeId, draft, signal)
  return undefined
}

type Opened = {
  readonly source: Parameters<Outcome<'data-restored'>>[1]['source']
  readonly dataKey: Uint8Array
}

const partsOf = (
  host: Host,
  { source, dataKey }: Opened,
  progress: OutcomeContext['progress'],
  signal: AbortSignal,
): BackupSource => {
  const { backupId, instanceId, contents } = source
  const place = {
    store: requireStore(host),
    prefix: contents.location,
    name: backupName(instanceId, backupId),
    dataKey,
  }
  const meter = createMeter({ progress, elapsedMs: host.clock.elapsedMs }, 'restored')
  meter.expect(bytesOf(contents).bytes)
  return {
    read: (name) => {
      const part = contents.parts.find((each) => each.name === name)
      if (!part) throw new EngineFault('BACKUP_DAMAGED', `The backup has no part "${name}"`)
      return meter.count(readPart(place, part, signal))
    },
  }
}
