import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createRedisClient } from '../../../projections/adapters/redis/connect.ts'
import { createRedisViewStore } from '../../../projections/adapters/redis/view-store.ts'
import { keepViewVersions } from '../../../projections/adapters/redis/view-versions.ts'
import { neverWritten, type ViewStore } from '../../../projections/ports/view-store.ts'
import { rebuildViews } from '../../../projections/rebuild.ts'
import { createVersionedViewStore, versionedName } from '../../../projections/versioned-views.ts'
import { flavorsView } from '../../../projections/views/flavors.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { everyRedis, type RunningRedis } from '../../support/redis/every-redis.ts'
import { createKeptLog } from '../../support/redis/kept-log.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createScene } from '../projections/scene.ts'

const dir = createTempDir('view-versions')

for (const [name, start] of everyRedis)
  describeOnRedis(`views of two versions in ${name}`, () => {
    let redis: RunningRedis
    beforeAll(async () => {
      redis = await start()
    })
    afterAll(() => redis.stop())

    /** A program whose view of the flavors has this version. */
    const openProgram = (prefix: string, version: number, keepUnusedMs = 3_600_000) => {
      const log = createKeptLog()
      const projection = { ...flavorsView, version }
      const stored = createRedisViewStore({ url: redis.url, prefix, log })
      const client = createRedisClient({ url: redis.url, log, silenceMs: 2000 })
      const config = { noteEveryMs: 50, keepUnusedMs }
      const versions = keepViewVersions({ client, viewStore: stored, prefix, log, config }, [versionedName(projection)])
      const close = async (): Promise<void> => {
        await versions.stop()
        await stored.close()
      }
      onTestFinished(close)
      return { projection, viewStore: createVersionedViewStore(stored, [projection]), close, log }
    }

    const keysOf = async (prefix: string): Promise<readonly string[]> =>
      (await Promise.all(redis.nodes.map(({ admin }) => admin.keys(`*${prefix}*`)))).flat()
    const flavorsIn = (viewStore: ViewStore): Promise<number> => viewStore.count('flavors', 'all', 'all')

    it('stand beside each other, and one that no process uses any more is dropped', async () => {
      const { eventStore, log: events, append } = createScene(dir)
      for (const type of ['FlavorDefined', 'FlavorRetired'] as const) events.add(type, exampleWorld())
      await append()
      const prefix = `test-${randomUUID()}`
      const build = ({ projection, viewStore }: ReturnType<typeof openProgram>) =>
        rebuildViews({ eventStore, viewStore, projections: [projection], ...quietKernel }, new AbortController().signal)

      const before = openProgram(prefix, 1)
      await build(before)
      const flavors = await flavorsIn(before.viewStore)
      expect(flavors).toBeGreaterThan(0)

      const after = openProgram(prefix, 2)
      expect(await after.viewStore.checkpoint('flavors')).toBe(neverWritten)
      await build(after)
      expect(await flavorsIn(after.viewStore)).toBe(flavors)
      expect(await flavorsIn(before.viewStore)).toBe(flavors)

      await before.close()
      const impatient = openProgram(prefix, 2, 1000)
      await waitFor('the view of the old version to be dropped', () =>
        impatient.log.lines.some((line) => line.includes('dropped') && line.includes('flavors-v1')),
      )
      await impatient.close()
      const documents = (await keysOf(prefix)).filter((key) => key.endsWith(':docs'))
      expect(documents).toEqual([expect.stringContaining('flavors-v2')])
      expect(await flavorsIn(after.viewStore)).toBe(flavors)

      const again = openProgram(prefix, 1)
      expect(await again.viewStore.checkpoint('flavors')).toBe(neverWritten)
      await build(again)
      expect(await flavorsIn(again.viewStore)).toBe(flavors)
    })
  })
