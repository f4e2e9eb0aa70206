import { describe, expect, it } from 'vitest'
import { parseEventId } from '../../../domain/ids.ts'
import { createStreamName } from '../../../domain/stream.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { createAuditLogReader } from '../../../projections/audit-log.ts'
import { type ViewStore, ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'
import type { Projection } from '../../../projections/projection.ts'
import { createViews } from '../../../projections/queries.ts'
import { allViews } from '../../../projections/registry.ts'
import { noMetrics, type ProjectionMetrics } from '../../../projections/telemetry.ts'
import { verifyViews } from '../../../projections/verify.ts'
import type { InstanceDocument } from '../../../projections/views/instance-document.ts'
import type { WrittenEvent } from '../../support/event-log.ts'
import { exampleUuid, exampleWorld } from '../../support/example-events.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { createScene, within } from './scene.ts'

const dir = createTempDir('projection-engine')
const timeoutMs = 30_000
const world = exampleWorld()

type Scene = ReturnType<typeof createScene>

const tellLives = ({ log }: Scene, from: number, count: number): void => {
  for (let number = from; number < from + count; number += 1) {
    const one = exampleWorld(number)
    for (const type of ['QuotaCommitted', 'InstanceRequested', 'OperationStarted', 'InstanceProvisioned'] as const) {
      log.add(type, one)
    }
  }
}

const expectEqualToRebuilt = async ({ eventStore, viewStore }: Scene): Promise<void> => {
  const deps = { eventStore, viewStore, projections: allViews, ...quietKernel }
  for (const { view, equal, differingKeys } of await verifyViews(deps, within(timeoutMs))) {
    expect({ view, equal, differingKeys }).toEqual({ view, equal: true, differingKeys: [] })
  }
}

const countingMetrics = () => {
  const counts = { applied: 0, stale: 0, skipped: [] as string[], failed: [] as string[], dropped: 0 }
  const metrics: ProjectionMetrics = {
    applied: () => {
      counts.applied += 1
    },
    stale: () => {
      counts.stale += 1
    },
    skipped: (type) => counts.skipped.push(type),
    failed: (view) => counts.failed.push(view),
    dropped: () => {
      counts.dropped += 1
    },
  }
  return { counts, metrics }
}

/** Waits on turns of the event loop, not on time. */
const until = async (test: () => boolean | Promise<boolean>): Promise<void> => {
  const signal = within(timeoutMs)
  while (!(await test())) {
    signal.throwIfAborted()
    await new Promise(setImmediate)
  }
}

describe('the projection engine', { timeout: timeoutMs * 2 }, () => {
  it('brings every view to everything that was in the log when it started, and then follows', async () => {
    const scene = createScene(dir)
    tellLives(scene, 1, 200)
    await scene.append()
    const engine = scene.startEngine()
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    expect(await scene.viewStore.count('instances', 'project-live', 'acme')).toBe(200)

    tellLives(scene, 201, 1)
    const position = await scene.append()
    const views = createViews({
      ...quietKernel,
      viewStore: scene.viewStore,
      readAuditLog: createAuditLogReader(scene.eventStore),
    })
    expect(await views.waitFor(position, within(timeoutMs))).toBe(true)
    expect((await views.instance(exampleWorld(201).instanceId))?.status).toBe('ACTIVE')
    await until(() => engine.health().connected)
    expect(engine.health().views.map(({ status }) => status)).toEqual(allViews.map(() => 'following'))
    for (const { positions, seconds } of await engine.lag())
      expect({ positions, seconds }).toEqual({ positions: 0, seconds: 0 })
    await expectEqualToRebuilt(scene)
  })

  it('is caught up though the last events are of streams that no view may see', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    scene.log.add('InstanceRequested', world)
    await scene.append()
    const [{ stream: _s, revision: _r, position: _p, ...event }] = scene.log.events() as readonly [WrittenEvent]
    const key = createStreamName('key', world.instanceId)
    await scene.eventStore.append(key, [{ ...event, id: parseEventId(exampleUuid('key')) }], 'no-stream')
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    expect(await scene.viewStore.count('events', 'all', 'all')).toBe(1)
    await expectEqualToRebuilt(scene)
  })

  it('goes on from the checkpoint after its subscription was dropped, again and again', async () => {
    const scene = createScene(dir)
    const { counts, metrics } = countingMetrics()
    const engine = scene.startEngine({ metrics })
    for (let round = 0; round < 5; round += 1) {
      tellLives(scene, round * 10, 10)
      const appending = scene.append()
      scene.eventStore.drop()
      await appending
      expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    }
    const starts = scene.eventStore.subscriptions().map(({ after }) => after)
    expect(starts.length).toBeGreaterThan(1)
    expect(starts).toEqual([...starts].sort((a, b) => a - b))
    expect(counts.dropped).toBeGreaterThan(0)
    await expectEqualToRebuilt(scene)
  })

  it('says that it is cut off and how long while the log is away, and comes back by itself', async () => {
    const scene = createScene(dir)
    let nowMs = 0
    const engine = scene.startEngine({ clock: { ...systemClock, elapsedMs: () => nowMs } })
    tellLives(scene, 1, 3)
    await scene.append()
    await engine.caughtUp(within(timeoutMs))
    await until(() => engine.health().connected)
    scene.eventStore.away(true)
    await until(() => !engine.health().connected)
    tellLives(scene, 4, 1)
    await scene.append()
    nowMs += 7000
    scene.eventStore.away(false)
    const [lag] = await engine.lag()
    expect(lag?.positions === 0 || lag?.seconds === 7).toBe(true)
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    await until(() => engine.health().connected)
    expect((await engine.lag()).map(({ seconds }) => seconds)).toEqual(allViews.map(() => 0))
  })

  it('lets each event through once when two engines move the same views', async () => {
    const scene = createScene(dir)
    const first = countingMetrics()
    const second = countingMetrics()
    const engines = [scene.startEngine({ metrics: first.metrics }), scene.startEngine({ metrics: second.metrics })]
    for (let round = 0; round < 20; round += 1) {
      tellLives(scene, round * 5, 5)
      await scene.append()
    }
    for (const engine of engines) expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    expect(first.counts.stale + second.counts.stale).toBeGreaterThan(0)
    expect(await scene.viewStore.count('events', 'all', 'all')).toBe(400)
    await expectEqualToRebuilt(scene)
    for (const engine of engines) {
      expect(engine.health().views.map(({ status }) => status)).toEqual(allViews.map(() => 'following'))
    }
  })

  it('takes over where another engine stopped', async () => {
    const scene = createScene(dir)
    const first = scene.startEngine()
    tellLives(scene, 1, 10)
    await scene.append()
    await first.caughtUp(within(timeoutMs))
    await first.stop()
    tellLives(scene, 11, 10)
    await scene.append()
    const second = scene.startEngine()
    expect(await second.caughtUp(within(timeoutMs))).toBe(true)
    expect(scene.eventStore.subscriptions().at(-1)?.after).toBeGreaterThan(0)
    await expectEqualToRebuilt(scene)
  })

  it('starts from the view that is furthest behind and leaves the others as they are', async () => {
    const scene = createScene(dir)
    const first = scene.startEngine()
    tellLives(scene, 1, 20)
    await scene.append()
    await first.caughtUp(within(timeoutMs))
    await first.stop()
    await scene.viewStore.drop('quotas')
    const before = await scene.viewStore.get<InstanceDocument>('instances', world.instanceId)
    const second = scene.startEngine()
    expect(await second.caughtUp(within(timeoutMs))).toBe(true)
    expect(await scene.viewStore.get('instances', world.instanceId)).toBe(before)
    await expectEqualToRebuilt(scene)
  })

  it('takes a view that was lost back to where readers have seen it, also where that lies behind the last event', async () => {
    const scene = createScene(dir)
    tellLives(scene, 1, 1)
    const last = await scene.append()
    // A server has records of others behind it: a position is safe to resume after, and no event need be there.
    const behind = last + 3
    const subscribe: Scene['eventStore']['subscribe'] = async function* (options) {
      for await (const batch of scene.eventStore.subscribe(options)) {
        yield batch.kind === 'caught-up' ? { ...batch, position: behind } : batch
      }
    }
    const eventStore = { ...scene.eventStore, subscribe, end: async () => behind }
    const engine = scene.startEngine({
      eventStore,
      config: { lookAtViewsMs: 10, backOff: { firstMs: 1, maxMs: 20 } },
    })
    const quotas = () => engine.health().views.find(({ view }) => view === 'quotas')
    await until(() => quotas()?.checkpoint === behind)
    await scene.viewStore.drop('quotas')
    await until(async () => (await scene.viewStore.checkpoint('quotas')) === behind)
    await until(() => quotas()?.status === 'following')
    await expectEqualToRebuilt({ ...scene, eventStore })
  })

  it('catches up a view that was dropped under it while the others go on', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    tellLives(scene, 1, 20)
    await scene.append()
    await engine.caughtUp(within(timeoutMs))
    await scene.viewStore.drop('instances')
    tellLives(scene, 21, 1)
    await scene.append()
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    await until(() => engine.health().views.every(({ status }) => status === 'following'))
    await expectEqualToRebuilt(scene)
  })

  it('stops one view before an event its projection throws on, says so, and takes it up again once it can', async () => {
    const scene = createScene(dir)
    let isBroken = true
    const present: readonly Projection[] = allViews
    const projections = present.map(
      (projection): Projection =>
        projection.view === 'instances'
          ? {
              ...projection,
              evolve: (document, event, key, other) => {
                if (isBroken && event.type === 'InstanceRenamed') throw new Error('a bug')
                return projection.evolve(document, event, key, other)
              },
            }
          : projection,
    )
    const { counts, metrics } = countingMetrics()
    const engine = scene.startEngine({ projections, metrics })
    scene.log.add('InstanceRequested', world)
    scene.log.add('InstanceRenamed', world)
    scene.log.add('InstanceProvisioned', world)
    const position = await scene.append()

    const views = createViews({
      ...quietKernel,
      viewStore: scene.viewStore,
      readAuditLog: createAuditLogReader(scene.eventStore),
    })
    const others = allViews.map(({ view }) => view).filter((view) => view !== 'instances')
    expect(await views.waitFor(position, within(timeoutMs), others)).toBe(true)
    const ofInstances = () => engine.health().views.find(({ view }) => view === 'instances')
    await until(() => ofInstances()?.status === 'failed')
    expect(ofInstances()?.error?.message).toBe(
      `view instances cannot take InstanceRenamed at position ${position - 1}: a bug`,
    )
    expect(ofInstances()?.checkpoint).toBe(position - 2)
    expect(await views.instance(world.instanceId)).toMatchObject({ name: 'shop', stateVersion: 0 })
    expect(counts.failed[0]).toBe('instances')
    expect((await engine.lag()).filter(({ positions }) => positions > 0).map(({ view }) => view)).toEqual(['instances'])

    // The others go on, and it does not come back by being left behind.
    tellLives(scene, 2, 1)
    expect(await views.waitFor(await scene.append(), within(timeoutMs), others)).toBe(true)
    expect(await views.instance(exampleWorld(2).instanceId)).toBeNull()

    isBroken = false
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    await until(() => ofInstances()?.status === 'following')
    expect(ofInstances()?.error).toBeNull()
    await expectEqualToRebuilt(scene)
  })

  it('passes over events of types and versions it does not know, counted', async () => {
    const scene = createScene(dir)
    const { counts, metrics } = countingMetrics()
    const engine = scene.startEngine({ metrics })
    scene.log.add('InstanceRequested', world)
    await scene.append()
    const [known] = scene.log.events() as readonly [WrittenEvent]
    const strange = [
      { type: 'InstanceTeleported', version: 1 },
      { type: 'InstanceRenamed', version: 99 },
    ].map((what, at) => ({ ...known, ...what, id: parseEventId(exampleUuid(`strange ${at}`)) }))
    for (const [at, { id, type, version, data, metadata }] of strange.entries()) {
      await scene.eventStore.append(known.stream, [{ id, type, version, data, metadata }], at)
    }
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    expect(counts.skipped).toEqual(['UNKNOWN_TYPE', 'NEWER_VERSION'])
    expect(await scene.viewStore.count('unreadable', 'all', 'all')).toBe(2)
    // The audit log leaves nothing out.
    expect(await scene.viewStore.count('events', 'all', 'all')).toBe(3)
  })

  it('waits for a view store that is away and repeats a batch whose answer was lost, without doing it twice', async () => {
    const scene = createScene(dir)
    let trouble: 'none' | 'away' | 'answers lost' = 'none'
    const refuse = (kind: typeof trouble) => {
      if (trouble === kind) throw new ViewStoreUnavailable(`${kind} for a test`)
    }
    const viewStore: ViewStore = {
      ...scene.viewStore,
      checkpoint: async (view) => {
        refuse('away')
        return scene.viewStore.checkpoint(view)
      },
      getMany: async (view, keys, options) => {
        refuse('away')
        return scene.viewStore.getMany(view, keys, options)
      },
      apply: async (batch) => {
        refuse('away')
        const outcome = await scene.viewStore.apply(batch)
        refuse('answers lost')
        return outcome
      },
    }
    const engine = scene.startEngine({ viewStore })
    for (const kind of ['away', 'none', 'answers lost', 'none', 'away', 'none'] as const) {
      trouble = kind
      tellLives(scene, scene.log.events().length, 5)
      await scene.append()
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
    }
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    expect(await scene.viewStore.count('events', 'all', 'all')).toBe(scene.log.events().length)
    await expectEqualToRebuilt(scene)
  })

  it('stops while everything is away, and stopping twice is fine', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    scene.eventStore.away(true)
    await until(() => !engine.health().connected)
    await engine.stop()
    await engine.stop()
    expect(engine.health().connected).toBe(false)
  })

  it('does not wait for ever for a batch when it is stopped', async () => {
    const scene = createScene(dir)
    const applying = Promise.withResolvers<void>()
    const viewStore: ViewStore = {
      ...scene.viewStore,
      apply: () => {
        applying.resolve()
        return new Promise(() => {})
      },
    }
    const engine = scene.startEngine({ viewStore, metrics: noMetrics, config: { stopTimeoutMs: 10 } })
    tellLives(scene, 1, 1)
    await scene.append()
    await applying.promise
    await engine.stop()
  })
})
