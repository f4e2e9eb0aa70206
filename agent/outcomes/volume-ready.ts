import { mkdir } from 'node:fs/promises'
import { allEnded } from '../all-ended.ts'
import { volumePlace } from '../host.ts'
import type { Outcome } from './outcome.ts'

/** The first trace of an instance on its host: its record, its Unix account and its volume. */
export const volumeReady: Outcome<'volume-ready'> = async (host, { sizeGiB }, { instanceId, signal }) => {
  const { layout, owners, records } = host
  const record = records.get(instanceId)
    ? records.update(instanceId, {})
    : records.create({
        instanceId,
        volume: { kind: host.volumeKind, sizeGiB },
        owner: null,
        spec: null,
        port: null,
        portKept: false,
        desired: 'stopped',
        generation: -1,
        asked: -1,
        process: null,
        durable: false,
        health: 'UNKNOWN',
      })
  await mkdir(layout.instance(instanceId), { recursive: true, mode: 0o711 })
  const volumes = host.volumes(record.volume.kind)
  const place = volumePlace(layout, instanceId)
  const makeVolume = async (): Promise<void> => {
    if (volumes.kind === host.volumeKind) await host.prepared.take(place, sizeGiB, signal)
    await volumes.ensure(place, sizeGiB, signal)
  }
  const [owner] = await allEnded(owners.ensure(instanceId, signal), makeVolume())
  records.update(instanceId, { owner, volume: { kind: volumes.kind, sizeGiB } })
  return undefined
}
