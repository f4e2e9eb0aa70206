import type { VolumeFacts } from '../../domain/guest/report.ts'
import { EngineFault } from '../engines/engine.ts'
import { type Outcome, requireRecord } from './outcome.ts'
import { sized } from './sized.ts'

/**
 * Grows a volume under its engine, or where the host cannot do that, while the engine is down for a moment. An engine that runs follows the larger size
 * when it is looked after again.
 */
export const volumeGrown: Outcome<'volume-grown'> = async (host, { sizeGiB }, { nodeId, signal, progress }) => {
  const { control, records } = host
  const record = requireRecord(host, nodeId)
  const { kind } = record.volume
  const place = host.layout.volumePlace(nodeId)
  const volumes = host.volumes(kind)
  const grow = () => volumes.ensure(place, sizeGiB, signal)
  progress(0.1, 'growing the volume')
  const isInUse = await grow().then(
    () => false,
    (error: unknown) => {
      if (error instanceof EngineFault && error.code === 'VOLUME_IN_USE') return true
      throw error
    },
  )
  if (isInUse) {
    progress(0.3, 'stopping the engine: this host grows a volume only while nothing uses it')
    await control.stop(record, signal)
    await grow()
  }
  const volumeGiB = await volumes.sizeOf(place, sizeGiB)
  records.update(nodeId, { volume: { kind, sizeGiB: volumeGiB }, ...sized(record, { volumeGiB }) })
  if (record.desired === 'running') {
    progress(0.7, 'the engine makes use of it')
    await control.ensureRunning(nodeId, record.generation, signal)
  }
  return { volumeGiB } satisfies VolumeFacts
}
