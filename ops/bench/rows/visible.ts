import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { InstanceId } from '../../../domain/ids.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { createProjectionEngine } from '../../../projections/engine.ts'
import type { ViewStore } from '../../../projections/ports/view-store.ts'
import { allViews } from '../../../projections/registry.ts'
import type { InstanceDocument } from '../../../projections/views/instance-document.ts'
import type { Figure } from '../figure.ts'
import { operator, populate } from '../log/population.ts'
import { openWriteSide, strictLog, type WriteSide } from '../log/write-side.ts'
import type { MeasureRow } from '../row.ts'
import { median, percentile } from '../statistics.ts'

const instances = 2048
const commandsASecond = 200
const callers = 64

/**
 * From sending a rename to dispatch until the instance's document shows it and the audit log has its event. So the append itself is part of
 * it. Once with commands that come at a steady rate, once with as many as the machine takes.
 */
export const measure: MeasureRow = async ({ directory, quick, signal, say }) => {
  const dataDir = join(directory, 'data')
  const { instanceIds } = await populate(dataDir, { instances, projects: 8, lives: 'provisioned', signal, say })
  const side = openWriteSide(dataDir)
  const viewStore = createMemoryViewStore()
  const engine = createProjectionEngine({
    ...systemKernel(strictLog),
    eventStore: side.eventStore,
    viewStore,
    projections: allViews,
  })
  try {
    await side.directory.ready(signal)
    engine.start()
    await engine.caughtUp(signal)
    const rename = createRename(side, viewStore, signal)
    const durationMs = quick ? 1000 : 4000
    const rounds = quick ? 3 : 5
    const loads = [
      { name: `at ${commandsASecond} commands a second`, run: () => atRate(rename, instanceIds, durationMs, signal) },
      { name: `with ${callers} callers at full speed`, run: () => atFullSpeed(rename, instanceIds, durationMs) },
    ]
    const figures: Figure[] = []
    for (const { name, run } of loads) {
      say(name)
      await run()
      const runs: number[][] = []
      for (let round = 0; round < rounds; round += 1) runs.push(await run())
      figures.push(...latencyFigures(name, runs))
    }
    return {
      figures,
      notes: [
        'from sending RenameInstance to dispatch (the append with its fsync included) until the view `instances` shows the name and `events` the event, with all projections following; no relay or saga runs',
      ],
    }
  } finally {
    await engine.stop()
    await viewStore.close()
    await side.close()
  }
}

type Rename = (instanceId: InstanceId) => Promise<number>

/** Answers how long it took, in milliseconds. */
const createRename = ({ dispatch }: WriteSide, viewStore: ViewStore, signal: AbortSignal): Rename => {
  let count = 0
  return async (instanceId) => {
    count += 1
    const name = `name-${count}`
    const startedAt = performance.now()
    const answer = await dispatch({
      command: { type: 'RenameInstance', id: instanceId, name },
      actor: operator,
      signal,
    })
    if (!answer.accepted) throw new Error(`renaming ${instanceId} was refused: ${answer.rejection.message}`)
    await Promise.all(['instances', 'events'].map((view) => viewStore.waitFor(view, answer.position, signal)))
    const tookMs = performance.now() - startedAt
    const shown = await viewStore.get<InstanceDocument>('instances', instanceId)
    if (shown?.name !== name) throw new Error(`the view shows ${instanceId} as ${shown?.name}, not as ${name}`)
    return tookMs
  }
}

/** Commands are sent when their time has come, whether or not those before are done: waiting in a queue counts. */
const atRate = async (
  rename: Rename,
  instanceIds: readonly InstanceId[],
  durationMs: number,
  signal: AbortSignal,
): Promise<number[]> => {
  const startedAt = performance.now()
  const sent: Promise<number>[] = []
  for (;;) {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs >= durationMs) return Promise.all(sent)
    const due = Math.floor((elapsedMs / 1000) * commandsASecond)
    while (sent.length < due) sent.push(rename(instanceOf(instanceIds, sent.length)))
    await delay(1, undefined, { signal })
  }
}

const atFullSpeed = async (
  rename: Rename,
  instanceIds: readonly InstanceId[],
  durationMs: number,
): Promise<number[]> => {
  const startedAt = performance.now()
  const call = async (caller: number): Promise<number[]> => {
    const took: number[] = []
    for (let at = caller; performance.now() - startedAt < durationMs; at += callers) {
      took.push(await rename(instanceOf(instanceIds, at)))
    }
    return took
  }
  return (await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))).flat()
}

const instanceOf = (instanceIds: readonly InstanceId[], ordinal: number): InstanceId => {
  const instanceId = instanceIds[ordinal % instanceIds.length]
  if (instanceId === undefined) throw new Error('there is no instance to rename')
  return instanceId
}

const latencyFigures = (load: string, runs: readonly number[][]): readonly Figure[] => {
  const figure = (percent: number, bars: Figure['bars']): Figure => ({
    name: `append to visible, ${load}, p${percent}`,
    unit: 'ms',
    value: median(runs.map((run) => percentile(run, percent))),
    floor: null,
    ratio: null,
    bars,
  })
  return [figure(50, []), figure(99, [{ of: 'value', bound: 'under', limit: 50 }])]
}
