import type { Holding } from '../domain/guest/report.ts'
import type { InstanceId } from '../domain/ids.ts'
import { exists } from './files.ts'
import type { InstanceRecord, InstanceRecords } from './journal/instances.ts'
import type { Journal } from './journal/journal.ts'
import type { Layout } from './layout.ts'

export type HoldingsDeps = {
  readonly records: Pick<InstanceRecords, 'all'>
  readonly journal: Pick<Journal, 'settledEpochs'>
  readonly layout: Layout
}

/** What this host has of each instance. One whose volume was there and is gone is left out: a record alone is no database. */
export const findHoldings = async ({
  records,
  journal,
  layout,
}: HoldingsDeps): Promise<Record<InstanceId, Holding>> => {
  const settledEpochOf = journal.settledEpochs()
  const found = await Promise.all(
    records.all().map(async (record): Promise<readonly [InstanceId, Holding] | null> => {
      if (record.durable && !(await hasVolume(layout, record))) return null
      const { instanceId, desired, health, generation, port } = record
      const epoch = settledEpochOf(instanceId)
      return [instanceId, { running: desired === 'running', health, epoch, generation, port }]
    }),
  )
  return Object.fromEntries(found.filter((holding) => holding !== null))
}

const hasVolume = (layout: Layout, { instanceId, volume }: InstanceRecord): Promise<boolean> => {
  const { directory, image } = layout.volumePlace(instanceId)
  return exists(volume.kind === 'loop' ? image : directory)
}
