import { describe, expect, it } from 'vitest'
import type { FollowerError } from '../../../commands/follower.ts'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import { type ReadinessDeps, readReadiness } from '../../../ops/readiness.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import type { ProjectionEngine } from '../../../projections/engine.ts'
import { ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

const noStore: ReadinessDeps = {
  phase: () => 'running',
  agent: null,
  busWarning: () => null,
  askBus: null,
  eventStore: null,
  engine: null,
  viewStore: null,
  followers: async () => [],
  maxLagMs: 1000,
  timers: quietKernel.timers,
}
const viewStore = createMemoryViewStore()

describe('readiness', () => {
  it('asks an agent whether commands come through to it, and for no store', async () => {
    expect(await readReadiness({ ...noStore, agent: { bus: () => ({ ok: true }) } })).toEqual({
      ready: true,
      checks: [
        { name: 'server', ok: true },
        { name: 'bus', ok: true },
      ],
    })
    const away = { ok: false, reason: 'no broker answers' } as const
    expect(await readReadiness({ ...noStore, agent: { bus: () => away } })).toMatchObject({
      ready: false,
      checks: [{ name: 'server' }, { name: 'bus', ...away }],
    })
  })

  it('asks the bus for the topic of an agent whose heartbeats get through', async () => {
    const lost = async () => Promise.reject(new Error('the bus has lost the topic'))
    const agent = { bus: () => ({ ok: true }) as const }
    expect(await readReadiness({ ...noStore, agent, askBus: lost })).toEqual({
      ready: false,
      checks: [
        { name: 'server', ok: true },
        { name: 'bus', ok: false, reason: 'the bus has lost the topic' },
      ],
    })
  })

  it('says what the agent knows of a bus that is away, rather than ask that bus', async () => {
    const away = { ok: false, reason: 'no broker answers' } as const
    const askBus = () => new Promise<never>(() => {})
    const { checks } = await readReadiness({ ...noStore, agent: { bus: () => away }, askBus })
    expect(checks.at(-1)).toEqual({ name: 'bus', ...away })
  })

  it('asks the bus for a process that does nothing without it', async () => {
    const silent = () => new Promise<never>(() => {})
    expect(await readReadiness({ ...noStore, askBus: async () => [] })).toMatchObject({ ready: true })
    expect(await readReadiness({ ...noStore, askBus: silent })).toMatchObject({
      ready: false,
      checks: [{ name: 'server' }, { name: 'bus', ok: false, reason: 'no answer within 2000 ms' }],
    })
  })

  it.each([
    ['starting', 'the server is starting'],
    ['failed', 'the server cannot go on and ends: its log says why'],
    ['stopping', 'the server is stopping'],
  ] as const)('is off while the server is %s', async (phase, reason) => {
    const { ready, checks } = await readReadiness({ ...noStore, phase: () => phase })
    expect(ready).toBe(false)
    expect(checks).toEqual([{ name: 'server', ok: false, reason }])
  })

  it('asks the store whose views others keep', async () => {
    expect(await readReadiness({ ...noStore, viewStore })).toMatchObject({
      ready: true,
      checks: [{ name: 'server' }, { name: 'view store', ok: true }],
    })
  })

  it('is off while the store of the views cannot be reached, although those that are kept lag behind nothing', async () => {
    const engine = {
      health: () => ({
        connected: true,
        views: [{ view: 'instances', status: 'following', checkpoint: 7, error: null }],
      }),
      lag: async () => [{ view: 'instances', checkpoint: 7, head: 7, positions: 0, seconds: 0 }],
    } as unknown as ProjectionEngine
    const away = async () => Promise.reject(new ViewStoreUnavailable('Redis is away'))
    expect(await readReadiness({ ...noStore, engine, viewStore })).toMatchObject({ ready: true })
    const { ready, checks } = await readReadiness({ ...noStore, engine, viewStore: { ...viewStore, get: away } })
    expect(ready).toBe(false)
    expect(checks).toContainEqual({ name: 'view store', ok: false, reason: 'Redis is away' })
  })

  it('says why the views do not follow the log', async () => {
    const at = '2026-01-01T00:00:00.000Z'
    const feed = (error: FollowerError | null) => ({ health: () => ({ connected: false, feed: { error }, views: [] }) })
    const read = async (error: FollowerError | null) => {
      const engine = feed(error) as unknown as ProjectionEngine
      return (await readReadiness({ ...noStore, engine })).checks.find(({ name }) => name === 'views')
    }
    expect(await read(null)).toEqual({ name: 'views', ok: false, reason: 'the log is not being followed' })
    expect(await read({ kind: 'outage', message: 'refused', at })).toMatchObject({
      reason: 'the log is not being followed: refused',
    })
  })

  it('answers while the log is silent, whose end the lag of views is measured by', async () => {
    const silent = () => new Promise<never>(() => {})
    const engine = {
      health: () => ({
        connected: true,
        views: [{ view: 'instances', status: 'following', checkpoint: 7, error: null }],
      }),
      lag: silent,
    } as unknown as ProjectionEngine
    const eventStore = { head: silent } as unknown as EventStore
    const { checks } = await readReadiness({ ...noStore, engine, eventStore })
    expect(checks.filter(({ ok }) => !ok)).toEqual([
      { name: 'event store', ok: false, reason: 'no answer within 2000 ms' },
    ])
  })

  it('tells what may become of the views while they are there', async () => {
    const reason = 'Redis evicts keys when it is full'
    const { ready, checks } = await readReadiness({ ...noStore, viewStore, viewStoreWarning: () => reason })
    expect(ready).toBe(true)
    expect(checks.at(-1)).toEqual({ name: 'view store', ok: true, reason })
  })

  it('is off while a view is not whole, and says why', async () => {
    const store = createMemoryViewStore()
    await store.invalidate('tokens', 'the log is an older copy')
    const { ready, checks } = await readReadiness({ ...noStore, viewStore: store })
    expect(ready).toBe(false)
    const reason = 'the view tokens is being built from the log: the log is an older copy'
    expect(checks.at(-1)).toEqual({ name: 'view store', ok: false, reason })
  })

  it('is off while that store cannot be reached', async () => {
    const away = async () => Promise.reject(new ViewStoreUnavailable('Redis is away'))
    const { ready, checks } = await readReadiness({ ...noStore, viewStore: { ...viewStore, get: away } })
    expect(ready).toBe(false)
    expect(checks.at(-1)).toEqual({ name: 'view store', ok: false, reason: 'Redis is away' })
  })

  it('is off when that store does not answer in time', async () => {
    const silent = () => new Promise<never>(() => {})
    const { ready, checks } = await readReadiness({ ...noStore, viewStore: { ...viewStore, get: silent } })
    expect(ready).toBe(false)
    expect(checks.at(-1)?.reason).toBe('no answer within 2000 ms')
  })
})
