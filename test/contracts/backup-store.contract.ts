import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type BackupStore, BackupStoreError } from '../../commands/ports/backup-store.ts'
import { collect } from '../support/collect.ts'

const mib = 1024 * 1024

/** Random, in chunks of sizes that fit nothing. */
const randomChunks = (bytes: number): readonly Buffer[] => {
  const all = randomBytes(bytes)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes; at += 77_777) chunks.push(all.subarray(at, Math.min(bytes, at + 77_777)))
  return chunks
}

export const streamOf = async function* (...chunks: readonly (Buffer | string)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

export const sha256Of = (...chunks: readonly (Buffer | string)[]): string => {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

export const contentOf = async (content: AsyncIterable<Uint8Array>): Promise<Buffer> =>
  Buffer.concat(await collect(content))

/** What every place for backups must do. `open`: the same place each time. */
export const describeBackupStore = (name: string, open: () => Promise<BackupStore>): void => {
  describe(name, () => {
    const key = (): string => `contract/${randomBytes(6).toString('hex')}/object`

    it('gives back what was put, whole and in part', async () => {
      const store = await open()
      const at = key()
      expect(await store.put(at, streamOf('0123', '456789'))).toEqual({ bytes: 10, sha256: sha256Of('0123456789') })
      expect(await store.head(at)).toEqual({ key: at, bytes: 10 })
      expect((await contentOf(store.get(at))).toString()).toBe('0123456789')
      expect((await contentOf(store.get(at, { range: { from: 3, to: 5 } }))).toString()).toBe('345')
      expect((await contentOf(store.get(at, { range: { from: 7 } }))).toString()).toBe('789')
      expect((await contentOf(store.get(at, { range: { from: 8, to: 99 } }))).toString()).toBe('89')
      expect((await contentOf(store.get(at, { sha256: sha256Of('0123456789') }))).toString()).toBe('0123456789')
    })

    it.each([0, 1, 8 * mib - 1, 8 * mib, 8 * mib + 1, 25 * mib])('keeps an object of %i bytes', async (bytes) => {
      const store = await open()
      const at = key()
      const chunks = randomChunks(bytes)
      expect(await store.put(at, streamOf(...chunks))).toEqual({ bytes, sha256: sha256Of(...chunks) })
      expect(await store.head(at)).toEqual({ key: at, bytes })
      expect((await contentOf(store.get(at, { sha256: sha256Of(...chunks) }))).byteLength).toBe(bytes)
    })

    it.each([10, 17 * mib])('takes the same content again as the same put, and no other (%i bytes)', async (bytes) => {
      const store = await open()
      const at = key()
      const chunks = randomChunks(bytes)
      const first = await store.put(at, streamOf(...chunks))
      expect(await store.put(at, streamOf(...chunks))).toEqual(first)
      const other = store.put(at, streamOf(...randomChunks(bytes)))
      await expect(other).rejects.toMatchObject({ name: 'BackupStoreError', code: 'CONFLICT' })
      expect(sha256Of(await contentOf(store.get(at)))).toBe(first.sha256)
    })

    it.each([10, 20 * mib])('shows nothing of a put whose content fails (after %i bytes)', async (bytes) => {
      const store = await open()
      const at = key()
      const broken = async function* () {
        yield* randomChunks(bytes)
        throw new Error('the engine went away')
      }
      await expect(store.put(at, broken())).rejects.toThrow('the engine went away')
      expect(await store.head(at)).toBeNull()
      expect(await collect(store.list(at))).toEqual([])
      await store.put(at, streamOf('in the end'))
      expect((await contentOf(store.get(at))).toString()).toBe('in the end')
    })

    it('ends a put that is given up, and shows nothing of it', async () => {
      const store = await open()
      const at = key()
      const giveUp = new AbortController()
      const endless = async function* () {
        for (let chunks = 0; ; chunks += 1) {
          if (chunks === 40) giveUp.abort(new Error('cancelled'))
          yield randomBytes(mib)
        }
      }
      await expect(store.put(at, endless(), giveUp.signal)).rejects.toThrow('cancelled')
      expect(await store.head(at)).toBeNull()
    })

    it('tells what was changed behind its back', async () => {
      const store = await open()
      const at = key()
      await store.put(at, streamOf('as it was'))
      const read = contentOf(store.get(at, { sha256: sha256Of('as it should be') }))
      await expect(read).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining(at) })
    })

    it('says of what is not there that it is not', async () => {
      const store = await open()
      const at = key()
      expect(await store.head(at)).toBeNull()
      await expect(contentOf(store.get(at))).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await store.remove([at])
    })

    it('lists what begins so, in the order of the keys, and deletes many at once', async () => {
      const store = await open()
      const folder = key()
      const names = ['a-b', 'a.b', 'a/b', 'a/b-c', 'a/c/d', 'ab', 'b'].map((each) => `${folder}/${each}`)
      for (const each of names) await store.put(each, streamOf(each))
      const listed = async (prefix: string) => (await collect(store.list(prefix))).map((object) => object.key)
      expect(await listed(`${folder}/`)).toEqual(names.toSorted())
      expect(await listed(`${folder}/a/`)).toEqual(names.filter((each) => each.startsWith(`${folder}/a/`)))
      expect(await listed(`${folder}/a`)).toEqual(names.filter((each) => each !== `${folder}/b`))
      expect(await listed(`${folder}/none`)).toEqual([])
      expect((await collect(store.list(`${folder}/ab`)))[0]).toEqual({ key: `${folder}/ab`, bytes: folder.length + 3 })
      await store.remove([...names.slice(1), `${folder}/never-there`])
      expect(await listed(folder)).toEqual([`${folder}/a-b`])
    })

    it('lists more than one page has', async () => {
      const store = await open()
      const folder = key()
      const names = Array.from({ length: 1100 }, (_, index) => `${folder}/${String(index).padStart(5, '0')}`)
      for (let at = 0; at < names.length; at += 100) {
        await Promise.all(names.slice(at, at + 100).map((each) => store.put(each, streamOf(each))))
      }
      expect((await collect(store.list(folder))).map((object) => object.key)).toEqual(names)
      await store.remove(names)
      expect(await collect(store.list(folder))).toEqual([])
    })

    it.each(['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.a', 'a b', 'ä', 'a\n', 'x'.repeat(513)])(
      'refuses %j as a key',
      async (bad) => {
        const store = await open()
        await expect(store.put(bad, streamOf('x'))).rejects.toMatchObject({ code: 'REFUSED' })
        await expect(store.head(bad)).rejects.toBeInstanceOf(BackupStoreError)
        await expect(contentOf(store.get(bad))).rejects.toMatchObject({ code: 'REFUSED' })
        await expect(store.remove([bad])).rejects.toMatchObject({ code: 'REFUSED' })
      },
    )

    it('lets one of two win that put other content at the same time', async () => {
      const store = await open()
      const at = key()
      const puts = await Promise.allSettled([store.put(at, streamOf('one')), store.put(at, streamOf('two'))])
      expect(puts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const won = puts[0]?.status === 'fulfilled' ? 'one' : 'two'
      expect((await contentOf(store.get(at))).toString()).toBe(won)
    })
  })
}
