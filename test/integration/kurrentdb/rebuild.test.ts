import { describe, expect, it, onTestFinished } from 'vitest'
import { createKurrentCheckpointStore } from '../../../commands/adapters/kurrentdb/checkpoint-store.ts'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentEventStore } from '../../../commands/adapters/kurrentdb/event-store.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { createProjectionEngine } from '../../../projections/engine.ts'
import { rebuildViews } from '../../../projections/rebuild.ts'
import { allViews } from '../../../projections/registry.ts'
import { verifyViews } from '../../../projections/verify.ts'
import { appendAll, createEventLog } from '../../support/event-log.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { silentLog } from '../../support/silent-log.ts'
import { silent, within } from '../projections/scene.ts'
import { callTimeoutMs } from './test-store.ts'

const timeoutMs = 30_000

/** Views that an engine keeps from a log on the stand-in. */
const follow = async () => {
  const server = await startEventStoreStandIn()
  const connection = openKurrentConnection({ url: server.url, namespace: null, log: silentLog, callTimeoutMs })
  const eventStore = createKurrentEventStore({ connection })
  const checkpoints = createKurrentCheckpointStore({ connection })
  const viewStore = createMemoryViewStore()
  const deps = { ...systemKernel(silent), eventStore, viewStore, projections: allViews }
  const engine = createProjectionEngine({ ...deps, config: { backOff: { firstMs: 1, maxMs: 20 } } })
  onTestFinished(async () => {
    await engine.stop()
    await eventStore.close()
    server.close()
  })
  const log = createEventLog()
  let appended = 0
  engine.start()
  return {
    deps,
    engine,
    log,
    append: async () => {
      const fresh = log.events().slice(appended)
      appended = log.events().length
      return appendAll(eventStore, fresh)
    },
    /** Writes a record that is no event of ours. */
    saveCheckpoint: async (version: number) => {
      await checkpoints.save('relay', { position: version, holder: 'a' }, version)
      return Number(server.log.records.at(-1)?.position)
    },
  }
}

const expectEqual = async (deps: Parameters<typeof verifyViews>[0]): Promise<void> => {
  for (const { view, equal, differingKeys } of await verifyViews(deps, within(timeoutMs))) {
    expect({ view, equal, differingKeys }).toEqual({ view, equal: true, differingKeys: [] })
  }
}

describe('rebuilding views from a log in KurrentDB', { timeout: timeoutMs * 2 }, () => {
  it('ends although the live views stand at a record behind the last event', async () => {
    const { deps, log, append, saveCheckpoint } = await follow()
    log.add('InstanceRequested', exampleWorld(1))
    const last = await append()
    const behind = await saveCheckpoint(0)
    expect(behind).toBeGreaterThan(last)
    expect(await deps.viewStore.waitFor('instances', behind, within(timeoutMs))).toBe(true)
    const rebuilds = await rebuildViews(deps, within(timeoutMs))
    expect(rebuilds.map(({ view }) => view)).toEqual(allViews.map(({ view }) => view))
    await expectEqual(deps)
  })

  it('ends while others write, and takes no reader back', async () => {
    const { deps, engine, log, append, saveCheckpoint } = await follow()
    const busy = new AbortController()
    const seen: number[] = []
    const growing = (async () => {
      for (let number = 1; !busy.signal.aborted; number += 1) {
        log.add('InstanceRequested', exampleWorld(number))
        await append()
        await saveCheckpoint(number - 1)
        seen.push(await deps.viewStore.count('instances', 'all', 'all'))
      }
      return log.events().length
    })()
    expect(await rebuildViews(deps, within(timeoutMs))).toHaveLength(allViews.length)
    busy.abort()
    const requested = await growing
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(await deps.viewStore.count('instances', 'all', 'all')).toBe(requested)
    await expectEqual(deps)
  })
})
