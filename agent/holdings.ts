import type { Holding } from '../domain/guest/report.ts'
import type { NodeId } from '../domain/ids.ts'
import { exists } from './files.ts'
import type { Journal } from './journal/journal.ts'
import type { NodeRecord, NodeRecords } from './journal/nodes.ts'
import type { Layout } from './layout.ts'

export type HoldingsDeps = {
  readonly records: Pick<NodeRecords, 'all'>
  readonly journal: Pick<Journal, 'settledEpochs'>
  readonly layout: Layout
}

/** What this host has of each node. One whose volume was there and is gone is left out: a record alone is no database. */
export const findHoldings = async ({ records, journal, layout }: HoldingsDeps): Promise<Record<NodeId, Holding>> => {
  const settledEpochOf = journal.settledEpochs()
  const found = await Promise.all(
    records.all().map(async (record): Promise<readonly [NodeId, Holding] | null> => {
      if (record.durable && !(await hasVolume(layout, record))) return null
      const { nodeId, instanceId, nodeGeneration, desired, health, generation, port } = record
      const epoch = settledEpochOf(nodeId)
      const running = desired === 'running'
      return [nodeId, { instanceId, nodeGeneration, running, health, epoch, generation, port }]
    }),
  )
  return Object.fromEntries(found.filter((holding) => holding !== null))
}

const hasVolume = (layout: Layout, { nodeId, volume }: NodeRecord): Promise<boolean> => {
  const { directory, image } = layout.volumePlace(nodeId)
  return exists(volume.kind === 'loop' ? image : directory)
}
