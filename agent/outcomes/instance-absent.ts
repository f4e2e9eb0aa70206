import { EngineFault } from '../engines/engine.ts'
import { removeTree } from '../files.ts'
import type { Host } from '../host.ts'
import type { InstanceRecord } from '../journal/instances.ts'
import { shortId } from '../layout.ts'
import type { Outcome } from './outcome.ts'

/**
 * Nothing of the instance is left, whatever there was. What keeps the next thing alive goes first: processes, then the mount
 * and the group they were in, then files and the key of its passwords, then the account that owned them; the record last,
 * as it knows of all of it.
 */
export const instanceAbsent: Outcome<'instance-absent'> = async (
  host,
  { sealingKey, undo = false },
  { instanceId, signal, progress },
) => {
  const { cgroups, control, layout, owners, records } = host
  const record = records.get(instanceId)
  if (undo && record) refuseInUse(host, record)
  if (record) records.update(instanceId, { desired: 'stopped' })
  progress(0.1, 'ending the engine')
  await control.discard(record ?? { instanceId, owner: owners.find(instanceId), spec: null, port: null }, signal)
  progress(0.4, 'removing the volume')
  await cgroups.remove(shortId(instanceId), signal)
  // Of both kinds: which one it was to be is known only from a record, and a record may be missing.
  for (const kind of ['loop', 'directory'] as const) {
    await host.volumes(kind).remove(layout.volumePlace(instanceId), signal)
  }
  await removeTree(layout.instance(instanceId))
  await removeTree(layout.runDir(instanceId))
  if (sealingKey !== null) await host.sealingKeys.destroy(sealingKey)
  progress(0.9, 'removing the account')
  await owners.remove(instanceId, signal)
  records.remove(instanceId)
  return undefined
}

/** Longer than any provisioning takes with undoing it, also with the bus away for a while. */
const inUseAfterMs = 3_600_000

/**
 * An operation that provisions a database for longer than that is one that a restored log has brought back: it succeeded, and people have
 * used the database since. What the control plane does not know of the host tells it, and this command's epoch counts for nothing any more.
 */
const refuseInUse = ({ clock, fenceOff }: Host, { instanceId, verifiedAt }: InstanceRecord): void => {
  if (verifiedAt === null || clock.now() - Date.parse(verifiedAt) < inUseAfterMs) return
  fenceOff(instanceId)
  throw new EngineFault(
    'INSTANCE_IN_USE',
    `the database has been in use since ${verifiedAt}, so its provisioning is not undone: delete it if it is to go`,
  )
}
