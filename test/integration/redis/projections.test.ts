import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { createRedisViewStore } from '../../../projections/adapters/redis/view-store.ts'
import { createAuditLogReader } from '../../../projections/audit-log.ts'
import type { ProjectionEngine } from '../../../projections/engine.ts'
import type { ViewStore } from '../../../projections/ports/view-store.ts'
import { createViews } from '../../../projections/queries.ts'
import { rebuildViews } from '../../../projections/rebuild.ts'
import { allViews } from '../../../projections/registry.ts'
import { ViewMovedBack } from '../../../projections/replay-lanes.ts'
import { verifyViews } from '../../../projections/verify.ts'
import { auditLogContract } from '../../contracts/audit-log.contract.ts'
import { collect } from '../../support/collect.ts'
import { eventTypes, exampleWorld } from '../../support/example-events.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { everyRedis, type RunningRedis } from '../../support/redis/every-redis.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createScene, silent as log } from '../projections/scene.ts'

const dir = createTempDir('redis-projections')
const { signal } = new AbortController()

for (const [name, start] of everyRedis)
  describeOnRedis(`the views in ${name}`, () => {
    let redis: RunningRedis
    beforeAll(async () => {
      redis = await start()
    })
    afterAll(() => redis.stop())

    /** One shows what nobody could read, the others nothing of what was deleted, as all of it is in the end. */
    const emptyInTheEnd: ReadonlySet<string> = new Set(['unreadable', 'schedules', 'backups', 'configurations'])

    type World = {
      readonly eventStore: EventStore
      readonly viewStore: ViewStore
      readonly addEvents: (worlds: number) => Promise<void>
      readonly startEngine: (config?: { readonly lookAtViewsMs: number }) => ProjectionEngine
      /** Compared with a fresh replay in memory. */
      readonly areRight: () => Promise<boolean>
    }

    const open = ({ url } = redis): World => {
      const { eventStore, log: events, append, startEngine } = createScene(dir)
      const prefix = `test-${randomUUID()}`
      const connect = () => {
        const store = createRedisViewStore({ url, prefix, log, limits: { blockMs: 300 } })
        onTestFinished(store.close)
        return store
      }
      const viewStore = connect()
      let worlds = 0
      return {
        eventStore,
        viewStore,
        addEvents: async (count) => {
          for (const last = worlds + count; worlds < last; worlds += 1) {
            for (const type of eventTypes) events.add(type, exampleWorld(worlds + 1))
          }
          await append()
        },
        startEngine: (config = { lookAtViewsMs: 100 }) => startEngine({ viewStore: connect(), config }),
        areRight: async () => {
          const head = await eventStore.head()
          const verified = await verifyViews(
            { eventStore, viewStore, projections: allViews, ...quietKernel, log },
            signal,
          )
          const isFilled = (view: string, documents: number) => documents > 0 || emptyInTheEnd.has(view)
          return verified.every(
            ({ view, equal, position, documents }) => equal && position === head && isFilled(view, documents),
          )
        },
      }
    }

    auditLogContract(`in ${name}`, async () => {
      const viewStore = createRedisViewStore({ url: redis.url, prefix: `test-${randomUUID()}`, log })
      onTestFinished(viewStore.close)
      return { ...createScene(dir), viewStore }
    })

    it('are those a replay in memory gives, while two engines move them', async () => {
      const world = open()
      await world.addEvents(2)
      const engines = [world.startEngine(), world.startEngine()]
      for (const engine of engines) expect(await engine.caughtUp(signal)).toBe(true)
      await world.addEvents(3)
      for (const engine of engines) expect(await engine.caughtUp(signal)).toBe(true)
      expect(await world.areRight()).toBe(true)
    })

    it('come back by themselves after a flush, though nothing happens', async () => {
      const world = open()
      await world.addEvents(2)
      const engine = world.startEngine()
      await engine.caughtUp(signal)
      await Promise.all(redis.nodes.map(({ admin }) => admin.flushall()))
      expect(await engine.caughtUp(signal)).toBe(true)
      expect(await world.areRight()).toBe(true)
    })

    it('come back after every server was killed and started empty, with what happened meanwhile', async () => {
      const world = open()
      await world.addEvents(1)
      const engine = world.startEngine()
      await engine.caughtUp(signal)
      await Promise.all(redis.nodes.map((node) => node.kill()))
      await world.addEvents(1)
      await Promise.all(redis.nodes.map((node) => node.start()))
      await waitFor('the views to be right', () => world.areRight().catch(() => false))
      expect(engine.health().connected).toBe(true)
    })

    it('are led on from where a Redis is that lost the last of them, and whoever follows is told every event once', async () => {
      const own = await start()
      onTestFinished(own.stop)
      const world = open(own)
      const { eventStore, viewStore } = world
      const views = createViews({ ...quietKernel, viewStore, readAuditLog: createAuditLogReader(eventStore) })
      const told: number[] = []
      const stop = new AbortController()
      const following = (async () => {
        for await (const { position } of views.eventsAfter({ projectId: null }, -1, stop.signal)) told.push(position)
      })()
      const untilAllIsTold = async () => {
        const head = await eventStore.head()
        await waitFor('the last event to be told', () => told.at(-1) === head)
      }
      await world.addEvents(1)
      // Not by looking, but by the next batch, which Redis refuses.
      const engine = world.startEngine({ lookAtViewsMs: 600_000 })
      await engine.caughtUp(signal)
      const kept = await eventStore.head()
      await Promise.all(own.nodes.map(({ admin }) => admin.call('SAVE')))
      await world.addEvents(1)
      await engine.caughtUp(signal)
      await untilAllIsTold()
      await Promise.all(own.nodes.map((node) => node.kill()))
      await Promise.all(own.nodes.map((node) => node.start()))
      const went = await waitFor('Redis to be there', () => viewStore.checkpoint('events').catch(() => null))
      expect(went).toBe(kept)
      await world.addEvents(1)
      await waitFor('the views to be right', () => world.areRight().catch(() => false))
      await untilAllIsTold()
      const pages = await collect(eventStore.readAll({ after: -1, signal }))
      expect(told).toEqual(pages.flat().map(({ position }) => position))
      stop.abort()
      await following
    })

    it('are built anew beside the live ones, which go on', async () => {
      const world = open()
      await world.addEvents(2)
      const engine = world.startEngine()
      await engine.caughtUp(signal)
      const { eventStore, viewStore } = world
      const [rebuilt] = await Promise.all([
        rebuildViews({ eventStore, viewStore, projections: allViews, ...quietKernel, log }, signal),
        world.addEvents(1),
      ])
      expect(rebuilt.map(({ view }) => view)).toEqual(allViews.map(({ view }) => view))
      expect(await engine.caughtUp(signal)).toBe(true)
      expect(await world.areRight()).toBe(true)
      for (const { view } of allViews) expect(await viewStore.checkpoint(`${view}.rebuild`)).toBe(-1)
    })

    it('are never less to a reader while several build them anew at once', async () => {
      const world = open()
      await world.addEvents(3)
      const engine = world.startEngine()
      await engine.caughtUp(signal)
      const { eventStore, viewStore } = world
      const counts: number[] = []
      const count = async () => counts.push(await viewStore.count('events', 'all', 'all'))
      await count()
      const rebuild = () => rebuildViews({ eventStore, viewStore, projections: allViews, ...quietKernel, log }, signal)
      let over = false
      const reading = (async () => {
        while (!over) await count()
      })()
      for (let round = 0; round < 3; round += 1) {
        const outcomes = await Promise.allSettled([rebuild(), rebuild(), world.addEvents(1)])
        // Who begins or ends clears up, and others may have to begin again.
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ViewMovedBack)
        }
      }
      over = true
      await reading
      expect(counts).toEqual(counts.toSorted((a, b) => a - b))
      expect(await engine.caughtUp(signal)).toBe(true)
      expect(await world.areRight()).toBe(true)
    })

    it('are found wrong when a document is', async () => {
      const world = open()
      await world.addEvents(1)
      await world.startEngine().caughtUp(signal)
      const { viewStore } = world
      const checkpoint = await viewStore.checkpoint('flavors')
      const wrong = { kind: 'put', key: 'extra', document: { wrong: true }, entries: [] } as const
      await viewStore.apply({
        view: 'flavors',
        expected: checkpoint,
        checkpoint: checkpoint + 1,
        mark: noMark,
        writes: [wrong],
      })
      const verified = await verifyViews({ ...world, projections: allViews, ...quietKernel, log }, signal)
      expect(verified.filter(({ equal }) => !equal)).toMatchObject([{ view: 'flavors', differingKeys: ['extra'] }])
    })
  })
