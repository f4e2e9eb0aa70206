import { describe, expect, it } from 'vitest'
import { type ViewStore, ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'
import type { ViewName } from '../../../projections/registry.ts'
import { allViews } from '../../../projections/registry.ts'
import { verifyViews } from '../../../projections/verify.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createScene, within } from './scene.ts'

const dir = createTempDir('independent-views')
const timeoutMs = 30_000
const all = allViews.map(({ view }) => view)
const others = all.filter((view) => view !== 'quotas')

/** A store whose `quotas` can be taken away from projectors: refused, or never answered until they are given back. */
const createTroubled = (store: ViewStore) => {
  let trouble: 'none' | 'away' | 'silent' | 'bug' = 'none'
  let back = Promise.withResolvers<void>()
  const meet = async (view: string): Promise<void> => {
    if (view !== 'quotas') return
    if (trouble === 'silent') await back.promise
    if (trouble === 'away') throw new ViewStoreUnavailable('quotas are away for a test')
    if (trouble === 'bug') throw new TypeError('quotas meet a bug of the store')
  }
  const viewStore: ViewStore = {
    ...store,
    place: async (view) => {
      await meet(view)
      return store.place(view)
    },
    getMany: async (view, keys, options) => {
      await meet(view)
      return store.getMany(view, keys, options)
    },
    apply: async (batch) => {
      await meet(batch.view)
      return store.apply(batch)
    },
  }
  return {
    viewStore,
    become: (next: typeof trouble) => {
      back.resolve()
      back = Promise.withResolvers()
      trouble = next
    },
  }
}

const open = () => {
  const scene = createScene(dir)
  const troubled = createTroubled(scene.viewStore)
  let lives = 0
  return {
    ...scene,
    ...troubled,
    /** The position of the last event. */
    tellLives: (count: number): Promise<number> => {
      for (const end = lives + count; lives < end; lives += 1) {
        for (const type of ['QuotaCommitted', 'InstanceRequested', 'OperationStarted'] as const) {
          scene.log.add(type, exampleWorld(lives + 1))
        }
      }
      return scene.append()
    },
    areReached: async (position: number, views: readonly ViewName[] = others): Promise<boolean> =>
      (await Promise.all(views.map((view) => scene.viewStore.waitFor(view, position, within(timeoutMs))))).every(
        Boolean,
      ),
  }
}

const quotasOf = (engine: ReturnType<ReturnType<typeof open>['startEngine']>) =>
  engine.health().views.find(({ view }) => view === 'quotas')

const expectEqualToRebuilt = async ({ eventStore, viewStore }: ReturnType<typeof open>): Promise<void> => {
  const verified = await verifyViews(
    { eventStore, viewStore, projections: allViews, ...quietKernel },
    within(timeoutMs),
  )
  expect(verified.filter(({ equal }) => !equal)).toEqual([])
}

describe('views that share an engine', { timeout: timeoutMs * 2 }, () => {
  const config = { backOff: { firstMs: 1, maxMs: 20 }, maxBufferedEvents: 16, patienceMs: 20 }

  it.each(['away', 'silent', 'bug'] as const)('go on while the store of one is in trouble: %s', async (trouble) => {
    const world = open()
    const engine = world.startEngine({ viewStore: world.viewStore, config })
    expect(await world.areReached(await world.tellLives(1), all)).toBe(true)
    world.become(trouble)
    const stoodAt = quotasOf(engine)?.checkpoint
    // Many times what may wait for one view.
    for (let round = 0; round < 5; round += 1) expect(await world.areReached(await world.tellLives(40))).toBe(true)
    expect(quotasOf(engine)?.checkpoint).toBe(stoodAt)

    world.become('none')
    const last = await world.tellLives(1)
    expect(await world.areReached(last, all)).toBe(true)
    await waitFor('quotas to follow', () => quotasOf(engine)?.status === 'following')
    expect(quotasOf(engine)).toMatchObject({ error: null, failures: 0, checkpoint: last })
    await expectEqualToRebuilt(world)
  })

  it.each(['away', 'silent', 'bug'] as const)('start while the store of one is in trouble: %s', async (trouble) => {
    const world = open()
    world.become(trouble)
    const engine = world.startEngine({ viewStore: world.viewStore, config })
    expect(await world.areReached(await world.tellLives(20))).toBe(true)
    world.become('none')
    expect(await world.areReached(await world.tellLives(1), ['quotas'])).toBe(true)
    await waitFor('quotas to follow', () => quotasOf(engine)?.status === 'following')
    await expectEqualToRebuilt(world)
  })

  it('tell a store that is away from a bug, with how often it failed', async () => {
    const world = open()
    const engine = world.startEngine({ viewStore: world.viewStore, config })
    await world.areReached(await world.tellLives(1), all)
    world.become('away')
    await world.tellLives(1)
    await waitFor('quotas to fail twice', () => (quotasOf(engine)?.failures ?? 0) >= 2)
    expect(quotasOf(engine)).toMatchObject({
      status: 'catching-up',
      error: { kind: 'outage', message: 'quotas are away for a test' },
    })
    world.become('bug')
    await waitFor('quotas to have failed', () => quotasOf(engine)?.status === 'failed')
    expect(quotasOf(engine)).toMatchObject({ error: { kind: 'bug', message: 'quotas meet a bug of the store' } })
    expect(engine.health()).toMatchObject({ connected: true, feed: { state: 'following', error: null } })
  })

  it('are all behind when the log itself is away, with its reason', async () => {
    const world = open()
    const engine = world.startEngine({ config })
    await world.areReached(await world.tellLives(1))
    world.eventStore.away(true)
    await waitFor('the log to be missed', () => engine.health().feed.error !== null)
    expect(engine.health()).toMatchObject({
      connected: false,
      feed: { state: 'failing', error: { kind: 'outage', message: 'away for a test' } },
    })
    world.eventStore.away(false)
    expect(await world.areReached(await world.tellLives(1))).toBe(true)
    await waitFor('the log to be followed', () => engine.health().connected)
  })
})
