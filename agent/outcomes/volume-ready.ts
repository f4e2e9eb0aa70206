import { stat } from 'node:fs/promises'
import type { NodeId } from '../../domain/ids.ts'
import { allEnded } from '../all-ended.ts'
import { ensureDirectory, exists } from '../files.ts'
import type { Host } from '../host.ts'
import { requireVolume, type VolumeKind } from '../isolation/volumes.ts'
import { unconfigured } from '../journal/nodes.ts'
import type { Outcome } from './outcome.ts'

/** The first trace of a node on its host: its record, its Unix account and its volume. */
export const volumeReady: Outcome<'volume-ready'> = async (
  host,
  { sizeGiB, existing = false, label = null },
  { nodeId, instanceId, nodeGeneration, signal },
) => {
  const { layout, owners, records } = host
  const kept = existing ? await findKept(host, nodeId) : null
  const record = records.get(nodeId)
    ? records.update(nodeId, {})
    : records.create({
        nodeId,
        instanceId,
        nodeGeneration,
        volume: { kind: kept ?? host.volumeKind, sizeGiB },
        owner: null,
        spec: null,
        port: null,
        portKept: false,
        desired: 'stopped',
        generation: -1,
        asked: -1,
        process: null,
        durable: existing,
        verifiedKey: null,
        verifiedAt: null,
        label,
        addresses: [],
        health: 'UNKNOWN',
        volumeStage: 'ROOMY',
        incident: null,
        memoryKills: 0,
        configuration: unconfigured,
      })
  await ensureDirectory(layout.node(nodeId), 0o711)
  const volumes = host.volumes(record.volume.kind)
  const place = layout.volumePlace(nodeId)
  const makeVolume = async (): Promise<void> => {
    if (!existing && volumes.kind === host.volumeKind) await host.prepared.take(place, sizeGiB, signal)
    await volumes.ensure(place, sizeGiB, signal)
  }
  const [owner] = await allEnded(owners.ensure(nodeId, signal), makeVolume())
  if (existing && owner) await keepOwned(host, nodeId, owner, signal)
  records.update(nodeId, { owner, volume: { kind: volumes.kind, sizeGiB } })
  return undefined
}

/** The kind of the volume that the node has on this host, known of or not. */
const findKept = async ({ layout }: Host, nodeId: NodeId): Promise<VolumeKind> => {
  const { directory, image } = layout.volumePlace(nodeId)
  if (await exists(image)) return 'loop'
  await requireVolume(directory)
  return 'directory'
}

/** A host that was set up again may have given the account another id. */
const keepOwned = async (
  { layout, run }: Host,
  nodeId: NodeId,
  { uid, gid }: { readonly uid: number; readonly gid: number },
  signal: AbortSignal,
): Promise<void> => {
  const dataDir = layout.dataDir(nodeId)
  if (!(await exists(dataDir)) || (await stat(dataDir)).uid === uid) return
  await run('chown', ['--recursive', `${uid}:${gid}`, dataDir], signal)
}
