import { describe, expect, it } from 'vitest'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { neverWritten, type ViewBatch, ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'
import { rememberWritten } from '../../../projections/remember-written.ts'

const createScene = (maxDocuments = 100) => {
  const store = createMemoryViewStore()
  const asked: string[] = []
  let isAway = false
  const far: typeof store = {
    ...store,
    apply: async (batch) => {
      const outcome = await store.apply(batch)
      if (isAway) throw new ViewStoreUnavailable('its answer was lost, for a test')
      return outcome
    },
    getMany: async (view, keys, options) => {
      asked.push(...keys)
      return store.getMany(view, keys, options)
    },
  }
  const remembering = rememberWritten(far, { views: new Set(['pets']), maxDocuments })
  let checkpoint = neverWritten
  const write = async (documents: Readonly<Record<string, object | null>>, facts: Partial<ViewBatch> = {}) => {
    const expected = checkpoint
    checkpoint += 1
    const writes = Object.entries(documents).map(([key, document]) =>
      document === null ? ({ kind: 'delete', key } as const) : ({ kind: 'put', key, document, entries: [] } as const),
    )
    return remembering.apply({ view: 'pets', expected, checkpoint, mark: noMark, writes, ...facts })
  }
  return {
    store,
    asked,
    write,
    get: (...keys: readonly string[]) => remembering.getMany('pets', keys, { forBuilding: true }),
    place: () => remembering.place('pets'),
    away: (away: boolean) => {
      isAway = away
    },
  }
}

describe('a store that remembers what it has written', () => {
  it('asks for nothing of a view that it has begun, what is there and what is not', async () => {
    const { write, get, asked } = createScene()
    await write({ a: { n: 1 }, b: { n: 2 } })
    await write({ a: { n: 3 }, b: null })
    expect(await get('b', 'a', 'never')).toEqual([null, { n: 3 }, null])
    expect(asked).toEqual([])
  })

  it('asks for what it has forgotten, and for what it was not there to see, and for nothing else', async () => {
    const { write, get, asked } = createScene(2)
    await write({ a: { n: 1 }, b: { n: 2 }, c: { n: 3 } })
    expect(await get('a', 'b', 'never', 'c')).toEqual([{ n: 1 }, { n: 2 }, null, { n: 3 }])
    expect(asked).toEqual(['a', 'never'])
  })

  it('knows nothing of a view any more that a write may have changed, or found elsewhere', async () => {
    const { store, write, get, asked, away } = createScene()
    await write({ a: { n: 1 } })
    away(true)
    await expect(write({ a: { n: 2 } })).rejects.toThrow()
    away(false)
    expect(await get('a')).toEqual([{ n: 2 }])
    await store.apply({ view: 'pets', expected: 1, checkpoint: 7, mark: noMark, writes: [] })
    expect(await write({ a: { n: 3 } })).toBe('stale')
    expect(await get('a')).toEqual([{ n: 2 }])
    expect(asked).toEqual(['a', 'a'])
  })

  it('knows nothing of a view any more that is found elsewhere than it was left', async () => {
    const { store, write, get, place, asked } = createScene()
    await write({ a: { n: 1 } })
    await place()
    expect(await get('a')).toEqual([{ n: 1 }])
    expect(asked).toEqual([])
    await store.drop('pets')
    expect((await place()).checkpoint).toBe(neverWritten)
    expect(await get('a')).toEqual([null])
    expect(asked).toEqual(['a'])
  })

  it('begins again with a view that begins again', async () => {
    const { store, write, get, asked } = createScene()
    await write({ a: { n: 1 } })
    await store.drop('pets')
    await write({ b: { n: 2 } }, { expected: neverWritten })
    expect(await get('a', 'b')).toEqual([null, { n: 2 }])
    expect(asked).toEqual([])
  })
})
