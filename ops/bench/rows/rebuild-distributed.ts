import { parseEventId } from '../../../domain/ids.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import { createProjectionEngine } from '../../../projections/engine.ts'
import { rebuildViews } from '../../../projections/rebuild.ts'
import { allViews } from '../../../projections/registry.ts'
import { compare, comparedFigure } from '../compare.ts'
import { eventRateOf } from '../log/event-rate.ts'
import { populateThrough } from '../log/population.ts'
import { createWriteSide, strictLog } from '../log/write-side.ts'
import type { MeasureRow } from '../row.ts'
import { type Connection, connectTo } from '../stack/connect.ts'
import { openRawReads } from '../stack/raw-reads.ts'
import { startStack } from '../stack/stack.ts'
import { median } from '../statistics.ts'
import { until } from '../until.ts'

const patienceMs = 600_000
const warmUps = 2
const bars = [{ of: 'ratio', bound: 'at least', limit: 0.7 }] as const

/**
 * All views in Redis from nothing, against reading every event of the same log by the event store's client, parsed, and doing nothing
 * with it. Then: views of another log are there when an engine starts, until they show this one.
 */
export const measure: MeasureRow = async (context) => {
  const { quick, signal, say } = context
  const stack = await startStack(context)
  const here = connectTo(stack, say)
  const raw = openRawReads(stack)
  try {
    const { eventStore } = here.stores
    // An eventful life is about 30 events long.
    const instances = quick ? 300 : 1500
    say('writing the log')
    const { events } = await populateThrough((options) => createWriteSide(eventStore, options), {
      instances,
      projects: 40,
      lives: 'eventful',
      signal,
      say,
    })
    say(`${events} events`)
    const { viewStore } = here
    const deps = { eventStore, viewStore, projections: allViews, ...systemKernel(strictLog) }
    const rebuild = async (): Promise<number> => {
      const views = await rebuildViews(deps, signal)
      return Math.min(...views.map(({ eventsReplayed }) => eventsReplayed))
    }
    const read = async (): Promise<number> => Math.min(events, await raw.readAll())
    // The compiler of a process that has just started takes part in the first of them.
    for (let round = 0; round < warmUps; round += 1) {
      await read()
      await rebuild()
    }
    const processor: { readonly values: number[]; readonly floors: number[] } = { values: [], floors: [] }
    const compared = await compare(quick ? 3 : 5, {
      subject: () => eventRateOf(events, rebuild, (rate) => processor.values.push(rate)),
      floor: () => eventRateOf(events, read, (rate) => processor.floors.push(rate)),
      signal,
    })
    say('another log in the place of the one the views are of')
    const seconds: number[] = []
    for (let round = 0; round < 3; round += 1) seconds.push(await untilRight(here, signal))
    return {
      figures: [
        comparedFigure(
          { name: `distributed: rebuild of all ${allViews.length} views, events`, unit: '/s', bars },
          compared,
        ),
        comparedFigure({ name: 'distributed: the same, a second of processor time', unit: '/s', bars }, processor),
        {
          name: `distributed: from a restored log of ${events} events to right views`,
          unit: 's',
          value: median(seconds),
          floor: events / median(compared.floors),
          ratio: null,
          bars: [],
        },
      ],
      notes: [
        `${events} events of ${instances} instances in ${stack.eventStore}, views in Redis; the floor is reading all of them by the readAll of the event store's client`,
        'processor time: of the process that rebuilds or reads alone, not of the stores',
        'restored log: every view says that it was made from another log; from the start of an engine until all views are rebuilt and at the end of this one',
      ],
    }
  } finally {
    await raw.close()
    await here.close()
    await stack.stop()
  }
}

/** Every view is as a log that goes on beyond this one would have left it. */
const pretendRestored = async ({ stores, viewStore }: Connection): Promise<void> => {
  const beyond = (await stores.eventStore.end()) + 1
  for (const { view } of allViews) {
    const { checkpoint, mark } = await viewStore.place(view)
    const event = mark.event && { ...mark.event, id: lostEvent, position: beyond }
    await viewStore.apply({ view, expected: checkpoint, checkpoint: beyond, mark: { ...mark, event }, writes: [] })
  }
}

const lostEvent = parseEventId('01a00000-0000-7000-8000-000000000000')

/** In seconds. */
const untilRight = async (connection: Connection, signal: AbortSignal): Promise<number> => {
  const { stores, viewStore } = connection
  const { eventStore } = stores
  await pretendRestored(connection)
  const head = await eventStore.head()
  const isRight = async ({ view }: { readonly view: string }): Promise<boolean> => {
    const { checkpoint, mark } = await viewStore.place(view)
    return mark.event?.id !== lostEvent && checkpoint >= head
  }
  const startedAt = performance.now()
  const engine = createProjectionEngine({
    ...systemKernel(tolerantLog),
    eventStore,
    viewStore,
    projections: allViews,
  })
  engine.start()
  try {
    await until('views of this log', async () => (await Promise.all(allViews.map(isRight))).every(Boolean) || null, {
      signal,
      timeoutMs: patienceMs,
    })
    return (performance.now() - startedAt) / 1000
  } finally {
    await engine.stop()
  }
}

/** That the log is another one is what it is to be told. */
const tolerantLog = {
  ...strictLog,
  error: (fields: object, message: string) => {
    if (!('log' in fields)) strictLog.error(fields, message)
  },
}
