import { EngineFault } from '../engines/engine.ts'
import { removeTree } from '../files.ts'
import type { Host } from '../host.ts'
import type { NodeRecord } from '../journal/nodes.ts'
import { shortId } from '../layout.ts'
import type { Outcome } from './outcome.ts'

/**
 * Nothing of the instance is left, whatever there was. What keeps the next thing alive goes first: processes, then the mount
 * and the group they were in, then files and the key of its passwords, then the account that owned them; the record last,
 * as it knows of all of it.
 */
export const nodeAbsent: Outcome<'node-absent'> = async (
  host,
  { sealingKey, undo = false },
  { nodeId, signal, progress },
) => {
  const { cgroups, control, layout, owners, records } = host
  const record = records.get(nodeId)
  if (undo && record) refuseInUse(host, record)
  if (record) records.update(nodeId, { desired: 'stopped' })
  progress(0.1, 'ending the engine')
  await control.discard(record ?? { nodeId, owner: owners.find(nodeId), spec: null, port: null }, signal)
  progress(0.4, 'removing the volume')
  await cgroups.remove(shortId(nodeId), signal)
  // Of both kinds: which one it was to be is known only from a record, and a record may be missing.
  for (const kind of ['loop', 'directory'] as const) {
    await host.volumes(kind).remove(layout.volumePlace(nodeId), signal)
  }
  await removeTree(layout.node(nodeId))
  await removeTree(layout.runDir(nodeId))
  if (sealingKey !== null) await host.sealingKeys.destroy(sealingKey)
  progress(0.9, 'removing the account')
  await owners.remove(nodeId, signal)
  records.remove(nodeId)
  return undefined
}

/** Longer than any provisioning takes with undoing it, also with the bus away for a while. */
const inUseAfterMs = 3_600_000

/**
 * An operation that provisions a database for longer than that is one that a restored log has brought back: it succeeded, and people have
 * used the database since. What the control plane does not know of the host tells it, and this command's epoch counts for nothing any more.
 */
const refuseInUse = ({ clock, fenceOff }: Host, { nodeId, verifiedAt }: NodeRecord): void => {
  if (verifiedAt === null || clock.now() - Date.parse(verifiedAt) < inUseAfterMs) return
  fenceOff(nodeId)
  throw new EngineFault(
    'INSTANCE_IN_USE',
    `the database has been in use since ${verifiedAt}, so its provisioning is not undone: delete it if it is to go`,
  )
}
