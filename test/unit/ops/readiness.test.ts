import { describe, expect, it } from 'vitest'
import { type ReadinessDeps, readReadiness } from '../../../ops/readiness.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'

const noStore: ReadinessDeps = {
  phase: () => 'running',
  agent: null,
  eventStore: null,
  engine: null,
  viewStore: null,
  maxLagMs: 1000,
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

  it.each([
    ['starting', 'the server is starting'],
    ['failed', 'the server has lost the bus for good and ends'],
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

  it('is off while that store can not be reached', async () => {
    const away = async () => Promise.reject(new ViewStoreUnavailable('Redis is away'))
    const { ready, checks } = await readReadiness({ ...noStore, viewStore: { ...viewStore, checkpoint: away } })
    expect(ready).toBe(false)
    expect(checks.at(-1)).toEqual({ name: 'view store', ok: false, reason: 'Redis is away' })
  })

  it('is off when that store does not answer in time', async () => {
    const silent = () => new Promise<never>(() => {})
    const { ready, checks } = await readReadiness({ ...noStore, viewStore: { ...viewStore, checkpoint: silent } })
    expect(ready).toBe(false)
    expect(checks.at(-1)?.reason).toBe('no answer within 2000 ms')
  })
})
