import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CheckpointStore } from '../../commands/ports/checkpoint-store.ts'

/** What every `CheckpointStore` keeps. The factory gives a store, which others may use as well, and what to do with it afterwards. */
export const checkpointStoreContract = (
  name: string,
  create: () => Promise<{ readonly store: CheckpointStore; readonly dispose: () => Promise<void> }>,
) => {
  describe(`${name} keeps checkpoints`, () => {
    const withStore = async (use: (store: CheckpointStore, relay: string) => Promise<void>) => {
      const { store, dispose } = await create()
      try {
        await use(store, `relay-${randomUUID()}`)
      } finally {
        await dispose()
      }
    }

    it('knows nothing of a name that was never saved', () =>
      withStore(async (store, relay) => {
        expect(await store.load(relay)).toBeNull()
      }))

    it('gives back what was saved last, with a version that grows by one', () =>
      withStore(async (store, relay) => {
        expect(await store.save(relay, { position: 7, holder: 'a' }, 0)).toBe('saved')
        expect(await store.save(relay, { position: 9, holder: 'a' }, 1)).toBe('saved')
        expect(await store.load(relay)).toEqual({ position: 9, version: 2, holder: 'a' })
      }))

    it('refuses a save by somebody who has not seen the latest', () =>
      withStore(async (store, relay) => {
        await store.save(relay, { position: 7, holder: 'a' }, 0)
        await store.save(relay, { position: 8, holder: 'b' }, 1)
        expect(await store.save(relay, { position: 20, holder: 'a' }, 1)).toBe('stale')
        expect(await store.load(relay)).toEqual({ position: 8, version: 2, holder: 'b' })
      }))

    it('lets only one of two be the first', () =>
      withStore(async (store, relay) => {
        const answers = await Promise.all([
          store.save(relay, { position: 1, holder: 'a' }, 0),
          store.save(relay, { position: 2, holder: 'b' }, 0),
        ])
        expect(answers.toSorted()).toEqual(['saved', 'stale'])
      }))

    it('keeps on through many saves, of which only the last counts', () =>
      withStore(async (store, relay) => {
        for (let version = 0; version < 20; version += 1) {
          expect(await store.save(relay, { position: version * 10, holder: 'a' }, version)).toBe('saved')
        }
        expect(await store.load(relay)).toEqual({ position: 190, version: 20, holder: 'a' })
        expect(await store.save(relay, { position: 200, holder: 'b' }, 19)).toBe('stale')
        expect(await store.save(relay, { position: 200, holder: 'b' }, 0)).toBe('stale')
      }))

    it('refuses a save ahead of the latest', () =>
      withStore(async (store, relay) => {
        expect(await store.save(relay, { position: 1, holder: 'a' }, 3)).toBe('stale')
        expect(await store.load(relay)).toBeNull()
      }))

    it('keeps names apart', () =>
      withStore(async (store, relay) => {
        await store.save(relay, { position: 7, holder: 'a' }, 0)
        expect(await store.load(`timers-of-${relay}`)).toBeNull()
      }))
  })
}
