import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { viewKeys } from '../../../projections/adapters/redis/keys.ts'
import { createRedisViewStore } from '../../../projections/adapters/redis/view-store.ts'
import { ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'
import { allViews } from '../../../projections/registry.ts'
import { verifyViews } from '../../../projections/verify.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { harms, parts } from '../../support/redis/harms.ts'
import { createKeptLog } from '../../support/redis/kept-log.ts'
import { type RedisServer, startRedisServer } from '../../support/redis/redis-server.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createScene, within } from '../projections/scene.ts'

const dir = createTempDir('redis-damage')
const timeoutMs = 300_000

const anyDamage = fc.record({
  view: fc.constantFrom('flavors', 'instances', 'events'),
  harmed: fc
    .subarray([...parts], { minLength: 1 })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((part) => fc.record({ part: fc.constant(part), harm: fc.constantFrom(...Object.keys(harms)) })),
      ),
    ),
})

describeOnRedis('a view of which something in Redis is damaged', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedisServer()
  })
  afterAll(() => redis.stop())

  it('heals while the server runs and nothing happens, whatever was lost or overwritten, and is never read wrong meanwhile', {
    timeout: timeoutMs,
  }, async () => {
    const scene = createScene(dir)
    const prefix = `test-${randomUUID()}`
    const connect = () => {
      const store = createRedisViewStore({ url: redis.url, prefix, log: createKeptLog(), limits: { blockMs: 100 } })
      onTestFinished(store.close)
      return store
    }
    const [viewStore, reader] = [connect(), connect()]
    let world = 0
    const grow = async (): Promise<number> => {
      world += 1
      for (const type of ['FlavorDefined', 'InstanceRequested'] as const) scene.log.add(type, exampleWorld(world))
      return scene.append()
    }
    await grow()
    const engine = scene.startEngine({ viewStore, config: { lookAtViewsMs: 50, backOff: { firstMs: 1, maxMs: 50 } } })
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)

    const countOf = async (view: string): Promise<number | 'unavailable'> => {
      try {
        return await reader.count(view, 'all', 'all')
      } catch (error) {
        expect(error).toBeInstanceOf(ViewStoreUnavailable)
        return 'unavailable'
      }
    }
    const areRight = async (): Promise<boolean> => {
      const deps = { eventStore: scene.eventStore, viewStore, projections: allViews, ...quietKernel }
      try {
        return (await verifyViews(deps, within(timeoutMs))).every(({ equal }) => equal)
      } catch (error) {
        expect(error).toBeInstanceOf(ViewStoreUnavailable)
        return false
      }
    }

    await fc.assert(
      fc.asyncProperty(anyDamage, async ({ view, harmed }) => {
        const right = await countOf(view)
        const keys = viewKeys(prefix, view)
        for (const { part, harm } of harmed) await harms[harm]?.(redis.admin, keys[part])
        await waitFor('right views', async () => {
          expect([right, 'unavailable']).toContain(await countOf(view))
          return areRight()
        })
        // It goes on, and readers of its changes hear of it.
        const changes = reader.changes(view, within(timeoutMs))[Symbol.asyncIterator]()
        const change = changes.next().catch((error: unknown) => {
          expect(error).toBeInstanceOf(ViewStoreUnavailable)
        })
        const position = await grow()
        expect(await reader.waitFor(view, position, within(timeoutMs))).toBe(true)
        expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
        await change
        await changes.return?.()
        await waitFor('right views', areRight)
      }),
      { numRuns: 60 },
    )
  })
})
