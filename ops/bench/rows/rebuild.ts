import { join } from 'node:path'
import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { rebuildViews } from '../../../projections/rebuild.ts'
import { allViews } from '../../../projections/registry.ts'
import { compare, comparedFigure } from '../compare.ts'
import { eventRateOf, readingRateOf } from '../log/event-rate.ts'
import { populate } from '../log/population.ts'
import { strictLog } from '../log/write-side.ts'
import type { MeasureRow } from '../row.ts'

/** All views from nothing, against reading every event through the same store, JSON parsed, and doing nothing with it. */
export const measure: MeasureRow = async ({ directory, quick, signal, say }) => {
  const dataDir = join(directory, 'data')
  // An eventful life is about 30 events long.
  const instances = quick ? 700 : 3500
  say('writing the log')
  const { events } = await populate(dataDir, { instances, projects: 40, lives: 'eventful', signal, say })
  say(`${events} events`)
  const database = openEmbeddedDatabase({ dataDir })
  const eventStore = createEmbeddedEventStore({ database })

  const floor = () => readingRateOf(events, eventStore, signal)
  const subject = () =>
    eventRateOf(events, async () => {
      const viewStore = createMemoryViewStore()
      const views = await rebuildViews(
        { eventStore, viewStore, projections: allViews, ...systemKernel(strictLog) },
        signal,
      )
      await viewStore.close()
      return Math.min(...views.map(({ eventsReplayed }) => eventsReplayed))
    })

  try {
    await floor()
    await subject()
    const bars = [{ of: 'ratio', bound: 'at least', limit: 0.3 }] as const
    const compared = await compare(quick ? 3 : 7, { subject, floor, signal })
    return {
      figures: [
        comparedFigure({ name: `rebuild of all ${allViews.length} views, events`, unit: '/s', bars }, compared),
      ],
      notes: [`${events} events of ${instances} instances, decided by the real deciders, into the memory view store`],
    }
  } finally {
    await eventStore.close()
    await database.close()
  }
}
