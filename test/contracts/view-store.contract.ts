import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noMark } from '../../commands/ports/log-mark.ts'
import type { EventId } from '../../domain/ids.ts'
import { createStreamName } from '../../domain/stream.ts'
import {
  type IndexEntry,
  neverWritten,
  type ViewBatch,
  type ViewChange,
  type ViewStore,
  ViewStoreUnavailable,
  type ViewWrite,
} from '../../projections/ports/view-store.ts'
import { collect } from '../support/collect.ts'
import { waitFor } from '../support/wait-for.ts'

/** A fresh, empty store. */
export type ViewStoreFixture = {
  readonly store: ViewStore
  /** How many documents a reader of changes may leave unread before it is ended. */
  readonly maxUnreadChanges: number
  readonly dispose: () => Promise<void>
}

const timeoutMs = 30_000

/** What every `ViewStore` keeps. */
export const viewStoreContract = (name: string, create: () => Promise<ViewStoreFixture>): void => {
  const withStore = async (use: (store: ViewStore, fixture: ViewStoreFixture) => Promise<void>): Promise<void> => {
    const fixture = await create()
    try {
      await use(fixture.store, fixture)
    } finally {
      await fixture.dispose()
    }
  }

  describe(`${name} applies a batch`, { timeout: timeoutMs }, () => {
    it('as one: documents, their places in lists and the checkpoint', () =>
      withStore(async (store) => {
        expect(await store.checkpoint('pets')).toBe(neverWritten)
        expect(await store.apply(aBatch({ writes: [aPut('b', ['kind:cat']), aPut('a', ['kind:cat'])] }))).toBe(
          'applied',
        )
        expect(await store.checkpoint('pets')).toBe(0)
        expect(await store.get('pets', 'a')).toEqual({ name: 'a' })
        expect(await store.getMany('pets', ['b', 'none', 'a'])).toEqual([{ name: 'b' }, null, { name: 'a' }])
        expect(await keysOf(store, 'cat')).toEqual(['a', 'b'])
        expect(await store.count('pets', 'kind', 'cat')).toBe(2)
      }))

    it('only where the checkpoint is the expected one, and else changes nothing', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ checkpoint: 7, writes: [aPut('a', ['kind:cat'])] }))
        for (const expected of [neverWritten, 6, 8]) {
          const stale = aBatch({
            expected,
            checkpoint: 9,
            writes: [aPut('b', ['kind:cat']), { kind: 'delete', key: 'a' }],
          })
          expect(await store.apply(stale)).toBe('stale')
        }
        expect(await store.checkpoint('pets')).toBe(7)
        expect(await keysOf(store, 'cat')).toEqual(['a'])
      }))

    it('once, of many that expect the same', () =>
      withStore(async (store) => {
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, at) => store.apply(aBatch({ writes: [aPut(`${at}`, ['kind:cat'])] }))),
        )
        expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1)
        expect(await store.count('pets', 'kind', 'cat')).toBe(1)
      }))

    it('with no writes, to move the checkpoint', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ checkpoint: 3, writes: [] }))
        expect(await store.checkpoint('pets')).toBe(3)
      }))

    it('to one view, and leaves others alone', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ writes: [aPut('a', ['kind:cat'])] }))
        expect(await store.checkpoint('plants')).toBe(neverWritten)
        expect(await store.get('plants', 'a')).toBeNull()
        expect(await store.list('plants', { index: 'kind', value: 'cat', first: 10 })).toEqual([])
      }))

    it('moving a document between lists when its entries change, and out of all when it is deleted', () =>
      withStore(async (store) => {
        const write = writer(store)
        await write(aPut('a', ['kind:cat', 'home:yes']), aPut('b', ['kind:cat']))
        await write(aPut('a', ['kind:dog', 'home:yes']))
        expect(await keysOf(store, 'cat')).toEqual(['b'])
        expect(await keysOf(store, 'dog')).toEqual(['a'])
        expect(await store.count('pets', 'home', 'yes')).toBe(1)
        await write({ kind: 'delete', key: 'a' }, { kind: 'delete', key: 'never-there' })
        expect(await keysOf(store, 'dog')).toEqual([])
        expect(await store.count('pets', 'home', 'yes')).toBe(0)
        expect(await store.get('pets', 'a')).toBeNull()
      }))

    it('moving a document within a list when its sort key changes', () =>
      withStore(async (store) => {
        const write = writer(store)
        await write(aPut('a', ['kind:cat:1']), aPut('b', ['kind:cat:2']), aPut('c', ['kind:cat:3']))
        await write(aPut('a', ['kind:cat:9']))
        expect(await keysOf(store, 'cat')).toEqual(['b', 'c', 'a'])
        expect(await store.count('pets', 'kind', 'cat')).toBe(3)
      }))

    it('with keys, values and documents of any text', () =>
      withStore(async (store) => {
        const odd = 'ä:\u0000/{x}\u{1f418} "quoted"'
        const write: ViewWrite = {
          kind: 'put',
          key: odd,
          document: { odd, deep: [{ none: null, yes: true, n: 1.5 }] },
          entries: [{ index: 'kind', value: odd, sortKey: odd }],
        }
        await store.apply(aBatch({ writes: [write] }))
        expect(await store.list('pets', { index: 'kind', value: odd, first: 1 })).toEqual([
          { key: odd, sortKey: odd, document: write.kind === 'put' && write.document },
        ])
      }))
  })

  describe(`${name} keeps`, { timeout: timeoutMs }, () => {
    it('keys of any text, also halves of characters, apart and as they were', () =>
      withStore(async (store) => {
        const write = writer(store)
        const changes = store.changes('pets', new AbortController().signal)
        await write(...oddTexts.map((odd) => aPut(odd, ['kind:cat'])))
        expect(await store.getMany('pets', oddTexts)).toEqual(oddTexts.map((name) => ({ name })))
        expect((await take(changes, oddTexts.length)).map(({ key }) => key)).toEqual(oddTexts)
        const ordered = [...oddTexts].sort((a, b) => (a < b ? -1 : 1))
        expect((await collect((await store.dump('pets')).documents)).map(({ key }) => key)).toEqual(ordered)
        await write(...oddTexts.slice(1).map(aDelete))
        expect(await keysOf(store, 'cat')).toEqual(oddTexts.slice(0, 1))
      }))

    it('lists of values apart that begin alike', () =>
      withStore(async (store) => {
        const values = ['', 'a', 'a\u0000', 'a\u0000a', 'a ', 'ab', 'b']
        const put = (value: string, at: number): ViewWrite => ({
          kind: 'put',
          key: `${at}`,
          document: {},
          entries: [{ index: 'kind', value, sortKey: `${at}` }],
        })
        await store.apply(aBatch({ writes: values.map(put) }))
        for (const [at, value] of values.entries()) {
          expect(await keysOf(store, value), value).toEqual([`${at}`])
          expect(await store.count('pets', 'kind', value), value).toBe(1)
        }
      }))

    it('a document in several lists of one index', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ writes: [aPut('a', ['kind:cat:1', 'kind:dog:2'])] }))
        expect(await keysOf(store, 'cat')).toEqual(['a'])
        await store.apply(aBatch({ expected: 0, checkpoint: 1, writes: [aPut('a', ['kind:dog:2'])] }))
        expect(await keysOf(store, 'cat')).toEqual([])
        expect(await keysOf(store, 'dog')).toEqual(['a'])
      }))

    it('a document of a megabyte, and the last of many writes of one key in a batch', () =>
      withStore(async (store) => {
        const text = 'ä'.repeat(500_000)
        const large: ViewWrite = { kind: 'put', key: 'large', document: { text }, entries: [] }
        const again: ViewWrite = {
          kind: 'put',
          key: 'a',
          document: { again: true },
          entries: entriesOf(['kind:dog'], 'a'),
        }
        await store.apply(aBatch({ writes: [large, aPut('a', ['kind:cat']), aDelete('a'), again] }))
        expect(await store.get('pets', 'large')).toEqual({ text })
        expect(await store.get('pets', 'a')).toEqual({ again: true })
        expect(await keysOf(store, 'cat')).toEqual([])
        expect(await keysOf(store, 'dog')).toEqual(['a'])
      }))

    it.each([0, 499, 999, 1999])('the last of two writes of one key after %i others in a batch', (count) =>
      withStore(async (store) => {
        const others = Array.from({ length: count }, (_, at) => (at < 10 ? aDelete(`${at}`) : aPut(`${at}`, [])))
        const twice = [aPut('a', ['kind:cat']), aPut('a', ['kind:dog'])]
        await store.apply(aBatch({ writes: [...others, ...twice] }))
        expect(await keysOf(store, 'cat')).toEqual([])
        expect(await keysOf(store, 'dog')).toEqual(['a'])
      }),
    )
  })

  describe(`${name} lists`, { timeout: timeoutMs }, () => {
    it('in order of sort key by code unit, in pages, in both directions', () =>
      withStore(async (store) => {
        const sortKeys = ['', '10', '2', 'Z', 'a', 'ä', '\u{1f418}', '\uffff']
        await store.apply(aBatch({ writes: sortKeys.map((sortKey, at) => aPutAt(`${at}`, sortKey)).reverse() }))
        const ordered = [...sortKeys].sort((a, b) => (a < b ? -1 : 1))
        expect(await pagesOf(store, 'ascending', 3)).toEqual(ordered)
        expect(await pagesOf(store, 'descending', 3)).toEqual([...ordered].reverse())
      }))

    it('only what is beyond `after`, whether or not a document stands there', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ writes: ['b', 'd', 'f'].map((sortKey) => aPutAt(sortKey, sortKey)) }))
        const list = async (after: string, direction: 'ascending' | 'descending') =>
          (await store.list('pets', { index: 'all', value: 'all', after, direction, first: 10 })).map(({ key }) => key)
        expect(await list('d', 'ascending')).toEqual(['f'])
        expect(await list('c', 'ascending')).toEqual(['d', 'f'])
        expect(await list('f', 'ascending')).toEqual([])
        expect(await list('d', 'descending')).toEqual(['b'])
        expect(await list('e', 'descending')).toEqual(['d', 'b'])
        expect(await list('b', 'descending')).toEqual([])
      }))

    it('as a sorted map would, after any writes', () =>
      fc.assert(
        fc.asyncProperty(fc.array(anyWrites, { maxLength: 12 }), fc.nat({ max: 60 }), async (batches, from) =>
          withStore(async (store) => {
            const write = writer(store)
            const model = new Map<string, string>()
            for (const batch of batches) {
              await write(...batch.map(({ key, at }) => (at === null ? aDelete(key) : aPutAt(key, at))))
              for (const { key, at } of batch) at === null ? model.delete(key) : model.set(key, at)
            }
            const expected = [...model].map(([key, at]) => ({ key, sortKey: at })).sort(bySortKey)
            const after = padded(from)
            const options = { index: 'all', value: 'all', first: 1000 }
            const places = async (direction: 'ascending' | 'descending') =>
              (await store.list('pets', { ...options, after, direction })).map(({ key, sortKey }) => ({ key, sortKey }))
            expect(await places('ascending')).toEqual(expected.filter(({ sortKey }) => sortKey > after))
            expect(await places('descending')).toEqual(expected.filter(({ sortKey }) => sortKey < after).reverse())
            expect(await store.count('pets', 'all', 'all')).toBe(expected.length)
          }),
        ),
        { numRuns: 50 },
      ))

    it('10,000 documents that came in any order, each once', () =>
      withStore(async (store) => {
        const keys = Array.from({ length: 10_000 }, () => randomUUID())
        await store.apply(aBatch({ writes: keys.map((key) => aPutAt(key, key)) }))
        await store.apply(aBatch({ expected: 0, checkpoint: 1, writes: keys.slice(0, 3000).map(aDelete) }))
        expect(await pagesOf(store, 'ascending', 500)).toEqual(keys.slice(3000).sort())
        expect(await store.count('pets', 'all', 'all')).toBe(7000)
      }))
  })

  describe(`${name} waits`, { timeout: timeoutMs }, () => {
    it('until the checkpoint has reached the position, or passed it', () =>
      withStore(async (store) => {
        const { signal } = new AbortController()
        const waiting = [4, 5].map((position) => store.waitFor('pets', position, signal))
        let reached = 0
        for (const one of waiting) void one.then(() => (reached += 1))
        await store.apply(aBatch({ checkpoint: 3 }))
        expect(reached).toBe(0)
        await store.apply(aBatch({ expected: 3, checkpoint: 9 }))
        expect(await Promise.all(waiting)).toEqual([true, true])
        expect(await store.waitFor('pets', 9, signal)).toBe(true)
      }))

    it('for the position of a batch whose changes nobody reads', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ writes: [aPut('a', ['kind:cat'])] }))
        const waiting = store.waitFor('pets', 5, AbortSignal.timeout(timeoutMs))
        const writes = [aPut('a', ['kind:dog']), aPut('b', ['kind:cat'])]
        await store.apply(aBatch({ expected: 0, checkpoint: 5, isFollowed: false, writes }))
        expect(await waiting).toBe(true)
        expect([await keysOf(store, 'cat'), await keysOf(store, 'dog')]).toEqual([['b'], ['a']])
      }))

    it('and answers false when the signal aborts first', () =>
      withStore(async (store) => {
        const giveUp = new AbortController()
        const waiting = store.waitFor('pets', 1, giveUp.signal)
        giveUp.abort()
        expect(await waiting).toBe(false)
        expect(await store.waitFor('pets', 1, giveUp.signal)).toBe(false)
      }))

    it('for all who begin while the view goes on, and overhears none', () =>
      withStore(async (store) => {
        const { signal } = new AbortController()
        const waiting: Promise<boolean>[] = []
        for (let checkpoint = 0; checkpoint < 100; checkpoint += 1) {
          const wait = () => waiting.push(store.waitFor('pets', checkpoint, signal))
          wait()
          const applied = store.apply(aBatch({ expected: checkpoint - 1, checkpoint }))
          wait()
          await applied
          wait()
        }
        expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]))
      }))

    it('through a swap that brings the position', () =>
      withStore(async (store) => {
        const waiting = store.waitFor('pets', 5, new AbortController().signal)
        await store.apply({ ...aBatch({ checkpoint: 5 }), view: 'pets.new' })
        await store.swap('pets', 'pets.new')
        expect(await waiting).toBe(true)
      }))
  })

  describe(`${name} tells changes`, { timeout: timeoutMs }, () => {
    it('from the moment of the call, in order, with the checkpoint that made them', () =>
      withStore(async (store) => {
        const write = writer(store)
        await write(aPut('before', []))
        const changes = store.changes('pets', new AbortController().signal)
        await write(aPut('a', []), aPut('b', []))
        await write(aDelete('before'))
        expect(await take(changes, 3)).toEqual([
          { key: 'a', document: { name: 'a' }, position: 1 },
          { key: 'b', document: { name: 'b' }, position: 1 },
          { key: 'before', document: null, position: 2 },
        ])
      }))

    it('to a slow reader only the newest of every key', () =>
      withStore(async (store) => {
        const write = writer(store)
        const changes = store.changes('pets', new AbortController().signal)
        for (let at = 0; at < 100; at += 1) await write({ ...aPut('a', []), document: { at } } as ViewWrite)
        await write(aPut('b', []))
        const seen = await take(changes, 2, (all) => all.some(({ key }) => key === 'b'))
        expect(seen.at(-1)?.key).toBe('b')
        expect(seen.filter(({ key }) => key === 'a').at(-1)?.document).toEqual({ at: 99 })
        expect(seen.length).toBeLessThan(100)
      }))

    it('of one document, or of those that stand or stood in one list', () =>
      withStore(async (store) => {
        const write = writer(store)
        await write(aPut('a', ['kind:cat']), aPut('b', ['kind:cat']))
        const { signal } = new AbortController()
        const ofOne = store.changes('pets', signal, { key: 'b' })
        const ofDogs = store.changes('pets', signal, { index: 'kind', value: 'dog' })
        const ofCats = store.changes('pets', signal, { index: 'kind', value: 'cat' })
        await write(aPut('a', ['kind:dog']))
        await write(aPut('b', ['kind:cow']))
        await write(aDelete('a'))
        expect((await take(ofOne, 1)).map(({ key }) => key)).toEqual(['b'])
        expect((await take(ofDogs, 1, (all) => all.at(-1)?.document === null)).at(-1)?.key).toBe('a')
        expect((await take(ofCats, 2)).map(({ key }) => key)).toEqual(['a', 'b'])
      }))

    it('until the signal aborts, then ends without throwing', () =>
      withStore(async (store) => {
        const stop = new AbortController()
        const reading = collect(store.changes('pets', stop.signal))
        stop.abort()
        expect(await reading).toEqual([])
        expect(await collect(store.changes('pets', stop.signal))).toEqual([])
      }))

    it('no longer to a reader that left too much unread, which is told to start again', () =>
      withStore(async (store, { maxUnreadChanges }) => {
        const changes = store.changes('pets', new AbortController().signal)
        const writes = Array.from({ length: maxUnreadChanges + 1 }, (_, at) => aPut(`${at}`, []))
        await store.apply(aBatch({ writes }))
        await expect(collect(changes)).rejects.toBeInstanceOf(ViewStoreUnavailable)
      }))

    it('and to a reader that wants the newest alone nothing else, however much it left unread', () =>
      withStore(async (store, { maxUnreadChanges }) => {
        const newest = { index: 'kind', value: 'cat', newestAlone: true }
        const changes = store.changes('pets', new AbortController().signal, newest)
        const key = (at: number) => `${at}`.padStart(6, '0')
        const writes = Array.from({ length: maxUnreadChanges - 1 }, (_, at) => aPut(key(at), ['kind:cat']))
        const write = writer(store)
        await write(...writes)
        await write(aPut(key(maxUnreadChanges), ['kind:cat']))
        const seen = await take(changes, 1, (all) => all.at(-1)?.key === key(maxUnreadChanges))
        expect(seen.length).toBeLessThan(maxUnreadChanges / 2)
      }))

    it('no longer when the view is dropped or swapped, and the reader is told to start again', () =>
      withStore(async (store) => {
        const { signal } = new AbortController()
        await store.apply(aBatch({}))
        await store.apply({ ...aBatch({ checkpoint: 5 }), view: 'pets.new' })
        const swapped = collect(store.changes('pets', signal))
        swapped.catch(() => {})
        await store.swap('pets', 'pets.new')
        await expect(swapped).rejects.toBeInstanceOf(ViewStoreUnavailable)
        const dropped = collect(store.changes('pets', signal))
        dropped.catch(() => {})
        await store.drop('pets')
        await expect(dropped).rejects.toBeInstanceOf(ViewStoreUnavailable)
      }))
  })

  describe(`${name} keeps whole views`, { timeout: timeoutMs }, () => {
    it('that are dumped with all their entries in order of key, as of one checkpoint', () =>
      withStore(async (store) => {
        const write = writer(store)
        await write(aPut('b', ['kind:cat:9', 'home:yes']), aPut('a', []), aPut('c', ['kind:dog']))
        const dump = await store.dump('pets')
        expect(dump.position).toBe(0)
        const dumped = await collect(dump.documents)
        expect(dumped.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
        expect(dumped[1]).toEqual({
          key: 'b',
          document: { name: 'b' },
          entries: entriesOf(['kind:cat:9', 'home:yes'], 'b'),
        })
      }))

    it('and a dump does not see what is written after it, or says that it cannot hold', () =>
      withStore(async (store) => {
        const write = writer(store)
        await write(aPut('a', ['kind:cat']), aPut('b', ['kind:cat']))
        const dump = await store.dump('pets')
        await write(aPut('a', ['kind:dog']), aDelete('b'), aPut('c', []))
        const keys = await collect(dump.documents)
          .then((all) => all.map(({ key, entries }) => `${key} ${entries[0]?.value}`))
          .catch((error: unknown) =>
            error instanceof ViewStoreUnavailable ? ['a cat', 'b cat'] : Promise.reject(error),
          )
        expect(keys).toEqual(['a cat', 'b cat'])
      }))

    it('that are forgotten when dropped, checkpoint and all', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ writes: [aPut('a', ['kind:cat'])] }))
        await store.drop('pets')
        expect(await store.checkpoint('pets')).toBe(neverWritten)
        expect(await store.get('pets', 'a')).toBeNull()
        expect(await keysOf(store, 'cat')).toEqual([])
        await store.drop('never-there')
      }))

    it('that take the place of another as one', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ checkpoint: 3, writes: [aPut('old', ['kind:cat'])] }))
        await store.apply({ ...aBatch({ checkpoint: 5, writes: [aPut('new', ['kind:cat'])] }), view: 'pets.new' })
        await store.swap('pets', 'pets.new')
        expect(await store.checkpoint('pets')).toBe(5)
        expect(await keysOf(store, 'cat')).toEqual(['new'])
        expect(await store.get('pets', 'old')).toBeNull()
        expect(await store.checkpoint('pets.new')).toBe(neverWritten)
        expect(await store.apply(aBatch({ expected: 5, checkpoint: 6 }))).toBe('applied')
      }))

    it('and lets none that is behind, or not there, take the place of one that is further on', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ checkpoint: 5, writes: [aPut('live', ['kind:cat'])] }))
        expect(await store.swap('pets', 'pets.new')).toBe('behind')
        const older = aBatch({ checkpoint: 4, writes: [aPut('older', ['kind:cat'])] })
        await store.apply({ ...older, view: 'pets.new' })
        const reading = store.changes('pets', new AbortController().signal)
        expect(await store.swap('pets', 'pets.new')).toBe('behind')
        expect(await store.checkpoint('pets')).toBe(5)
        expect(await keysOf(store, 'cat')).toEqual(['live'])
        expect(await store.checkpoint('pets.new')).toBe(4)
        await store.apply(aBatch({ expected: 5, checkpoint: 6, writes: [aPut('next', ['kind:cat'])] }))
        expect(await take(reading, 1)).toMatchObject([{ key: 'next', position: 6 }])
        await store.apply({ ...aBatch({ expected: 4, checkpoint: 6 }), view: 'pets.new' })
        expect(await store.swap('pets', 'pets.new')).toBe('swapped')
        expect(await keysOf(store, 'cat')).toEqual(['older'])
      }))

    it('of which log the checkpoint is', () =>
      withStore(async (store) => {
        expect(await store.place('pets')).toEqual({ checkpoint: neverWritten, mark: noMark })
        const event = { id: aUuid<EventId>(), stream: createStreamName('pet', 'a'), revision: 3, position: 7 }
        const mark = { log: aUuid<EventId>(), event }
        await store.apply(aBatch({ checkpoint: 9, mark }))
        expect(await store.place('pets')).toEqual({ checkpoint: 9, mark })
        await store.apply({ ...aBatch({ checkpoint: 12, mark: { ...mark, event: null } }), view: 'pets.new' })
        await store.swap('pets', 'pets.new')
        expect(await store.place('pets')).toEqual({ checkpoint: 12, mark: { ...mark, event: null } })
      }))

    it('what is being built from readers until it is complete, and not from a projector', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ completeAt: 1, writes: [aPut('a', ['kind:cat'])] }))
        const reads = [
          () => store.get('pets', 'a'),
          () => store.getMany('pets', ['a']),
          () => store.count('pets', 'kind', 'cat'),
          () => store.list('pets', { index: 'kind', value: 'cat', first: 1 }),
          () => store.dump('pets'),
        ]
        for (const read of reads) await expect(read()).rejects.toBeInstanceOf(ViewStoreUnavailable)
        expect(await store.getMany('pets', ['a'], { forBuilding: true })).toEqual([{ name: 'a' }])
        expect(await store.checkpoint('pets')).toBe(0)
        await store.apply(aBatch({ expected: 0, checkpoint: 1 }))
        for (const read of reads) await read()
      }))

    it('what was found wrong from readers, with the reason, until it is built again from nothing', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ checkpoint: 9, writes: [aPut('a', ['kind:cat'])] }))
        expect(await store.count('pets', 'kind', 'cat')).toBe(1)
        const readers = store.changes('pets', new AbortController().signal)[Symbol.asyncIterator]()
        const reading = readers.next()
        reading.catch(() => {})
        expect(await store.checkpoint('pets')).toBe(9)
        await store.invalidate('pets', 'the log is older')
        await expect(reading).rejects.toBeInstanceOf(ViewStoreUnavailable)
        await expect(store.get('pets', 'a')).rejects.toThrow('the log is older')
        expect(await store.place('pets')).toEqual({ checkpoint: neverWritten, mark: noMark })
        expect(await store.getMany('pets', ['a'], { forBuilding: true })).toEqual([null])
        await store.apply(aBatch({ checkpoint: 2, completeAt: 3 }))
        await expect(store.get('pets', 'a')).rejects.toThrow('the log is older')
        await store.apply(aBatch({ expected: 2, checkpoint: 3 }))
        expect(await store.count('pets', 'kind', 'cat')).toBe(0)
      }))

    it('and holds a live view still until the one beside it has its place', () =>
      withStore(async (store) => {
        await store.apply(aBatch({ writes: [aPut('a', ['kind:cat'])] }))
        await store.hold('pets', 600_000)
        const next = aBatch({ expected: 0, checkpoint: 1, writes: [aPut('b', ['kind:cat'])] })
        expect(await store.apply(next)).toBe('held')
        expect(await store.checkpoint('pets')).toBe(0)
        expect(await keysOf(store, 'cat')).toEqual(['a'])
        expect(await store.apply({ ...next, expected: neverWritten, view: 'pets.new' })).toBe('applied')
        expect(await store.swap('pets', 'pets.new')).toBe('swapped')
        expect(await store.apply({ ...next, expected: 1, checkpoint: 2 })).toBe('applied')
      }))

    it('and holds it no longer than it was told to', () =>
      withStore(async (store) => {
        await store.hold('pets', 1)
        await waitFor('the end of the hold', async () => (await store.apply(aBatch({}))) === 'applied')
      }))

    it('and lets no view take the place of one of another name', () =>
      withStore(async (store) => {
        await store.apply({ ...aBatch({ checkpoint: 5 }), view: 'cats' })
        await expect(store.swap('pets', 'cats')).rejects.toThrow('only pets.<anything> can take the place of pets')
        expect(await store.checkpoint('cats')).toBe(5)
      }))
  })

  describe(`${name}, closed,`, { timeout: timeoutMs }, () => {
    it('refuses every call with ViewStoreUnavailable and lets nobody wait', () =>
      withStore(async (store) => {
        const { signal } = new AbortController()
        const waiting = store.waitFor('pets', 1, signal)
        const reading = collect(store.changes('pets', signal)).catch((error: unknown) => error)
        await store.close()
        expect(await waiting.catch(() => false)).toBe(false)
        await reading
        await expect(store.get('pets', 'a')).rejects.toBeInstanceOf(ViewStoreUnavailable)
        await expect(store.apply(aBatch({}))).rejects.toBeInstanceOf(ViewStoreUnavailable)
        await store.close()
      }))
  })
}

const aUuid = <Id extends string>(): Id => randomUUID() as string as Id

const aBatch = (changes: Partial<ViewBatch>): ViewBatch => ({
  view: 'pets',
  expected: neverWritten,
  checkpoint: 0,
  mark: noMark,
  writes: [],
  ...changes,
})

/** Entries as `index:value` or `index:value:sort key`; the sort key is the document's key if left out. */
const entriesOf = (places: readonly string[], key: string): readonly IndexEntry[] =>
  places.map((place) => {
    const [index = '', value = '', sortKey = key] = place.split(':')
    return { index, value, sortKey }
  })

const aPut = (key: string, places: readonly string[]): ViewWrite => ({
  kind: 'put',
  key,
  document: { name: key },
  entries: entriesOf(places, key),
})

const aPutAt = (key: string, sortKey: string): ViewWrite => ({
  kind: 'put',
  key,
  document: { name: key },
  entries: [{ index: 'all', value: 'all', sortKey }],
})

/** Where encodings break, and what stores use to mark and to separate. */
const oddTexts = [
  'plain',
  '',
  ' ',
  '\u0000',
  '\u0001',
  '\u0002',
  '{x}',
  'ä',
  '\ud800',
  '\udc00',
  '\ud83d',
  '\u{1f418}',
  '\ud7ff',
  '\uffff',
]

const aDelete = (key: string): ViewWrite => ({ kind: 'delete', key })

/** Applies writes to `pets`, each time at the next checkpoint. */
const writer = (store: ViewStore) => {
  let checkpoint = neverWritten
  return async (...writes: readonly ViewWrite[]): Promise<void> => {
    expect(await store.apply(aBatch({ expected: checkpoint, checkpoint: checkpoint + 1, writes }))).toBe('applied')
    checkpoint += 1
  }
}

const padded = (n: number): string => String(n).padStart(3, '0')

/** A key has one sort key for life among the many it may have, so that no two documents share one. */
const anyWrites = fc.array(
  fc.record({ number: fc.nat({ max: 30 }), turn: fc.option(fc.nat({ max: 1 })) }).map(({ number, turn }) => ({
    key: `key ${number}`,
    at: turn === null ? null : `${padded(number * 2 + turn)}`,
  })),
  { maxLength: 12 },
)

const bySortKey = (a: { sortKey: string }, b: { sortKey: string }): number => (a.sortKey < b.sortKey ? -1 : 1)

const keysOf = async (store: ViewStore, kind: string): Promise<readonly string[]> =>
  (await store.list('pets', { index: 'kind', value: kind, first: 100 })).map(({ key }) => key)

/** The sort keys of the list of all, read page by page. */
const pagesOf = async (
  store: ViewStore,
  direction: 'ascending' | 'descending',
  first: number,
): Promise<readonly string[]> => {
  const sortKeys: string[] = []
  for (;;) {
    const last = sortKeys.at(-1)
    const after = last === undefined ? {} : { after: last }
    const page = await store.list('pets', { index: 'all', value: 'all', direction, first, ...after })
    expect(page.length).toBeLessThanOrEqual(first)
    sortKeys.push(...page.map(({ sortKey }) => sortKey))
    if (page.length < first) return sortKeys
  }
}

/** At least so many changes, until enough were seen. */
const take = async (
  changes: AsyncIterable<ViewChange>,
  atLeast: number,
  enough: (seen: readonly ViewChange[]) => boolean = () => true,
): Promise<readonly ViewChange[]> => {
  const seen: ViewChange[] = []
  for await (const change of changes) {
    seen.push(change)
    if (seen.length >= atLeast && enough(seen)) break
  }
  return seen
}
