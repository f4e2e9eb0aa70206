import type { SizeFacts } from '../../domain/guest/report.ts'
import { type Outcome, requireRecord } from './outcome.ts'
import { sized } from './sized.ts'

/** The record has the size first: an engine that has to be started for it, as one that cannot run with another, has it from the start. */
export const engineResized: Outcome<'engine-resized'> = async (host, { spec }, { nodeId, signal, progress }) => {
  const { control, records } = host
  const known = requireRecord(host, nodeId)
  const { flavor, vcpus, memoryMiB } = spec
  const record = records.update(nodeId, sized(known, { flavor, vcpus, memoryMiB }))
  if (record.desired !== 'running') return { running: false, restartFor: [] } satisfies SizeFacts
  progress(0.3, 'the engine follows its size')
  await control.ensureRunning(nodeId, record.generation, signal)
  const engine = await control.describe(records.update(nodeId, {}), signal)
  const restartFor = [...(await control.resize(engine, signal))]
  if (restartFor.length > 0) progress(0.9, `a restart is needed for ${restartFor.join(' and ')}`)
  return { running: true, restartFor } satisfies SizeFacts
}
