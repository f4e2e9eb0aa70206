import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3BackupStore } from '../../../commands/adapters/s3/backup-store.ts'
import { contentOf, describeBackupStore, sha256Of, streamOf } from '../../contracts/backup-store.contract.ts'
import { type FaultyProxy, startFaultyProxy } from '../../support/s3/faulty-proxy.ts'
import { type S3Server, startS3Server, whyNoS3Server } from '../../support/s3/s3-server.ts'

const why = await whyNoS3Server()
const mib = 1024 * 1024

describe.skipIf(why !== null)(`an S3 server${why === null ? '' : ` (${why})`}`, () => {
  let server: S3Server
  let proxy: FaultyProxy
  beforeAll(async () => {
    server = await startS3Server()
    proxy = await startFaultyProxy(server.port)
  })
  afterAll(async () => {
    await proxy?.close()
    await server?.dispose()
  })

  /** Waits nothing between two tries. */
  const deps = { random: { next: () => 0 }, timers: { sleep: async () => {} } }
  const open = (port: number, changes: { secretAccessKey?: string; bucket?: string; prefix?: string } = {}) => {
    const { bucket, region, accessKeyId, secretAccessKey } = { ...server, ...changes }
    const url = `http://127.0.0.1:${port}/${bucket}`
    const settings = { url, region, accessKeyId, secretAccessKey, prefix: changes.prefix ?? 'site-1/' }
    return createS3BackupStore(settings, deps)
  }
  const key = () => `faults/${randomBytes(6).toString('hex')}`

  describeBackupStore('the store', async () => open(server.port))

  it('keeps to its prefix', async () => {
    const [one, two] = [open(server.port, { prefix: 'one/' }), open(server.port, { prefix: '' })]
    await one.put('a', streamOf('x'))
    expect((await contentOf(two.get('one/a'))).toString()).toBe('x')
    await expect(contentOf(two.get('a'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('says what is refused: a wrong secret, a bucket that there is not', async () => {
    const stranger = open(server.port, { secretAccessKey: 'guessed' })
    await expect(stranger.put(key(), streamOf('x'))).rejects.toMatchObject({ code: 'REFUSED' })
    const elsewhere = open(server.port, { bucket: 'nowhere' })
    await expect(elsewhere.put(key(), streamOf('x'))).rejects.toMatchObject({
      message: expect.stringContaining('NoSuchBucket'),
    })
  })

  describe('over a bad connection', () => {
    const small = [Buffer.from('a small object')]
    const large = [randomBytes(9 * mib), randomBytes(9 * mib)]

    it.each([500, 503, 429, 408])('puts and gets in spite of status %i', async (status) => {
      const store = open(proxy.port)
      const at = key()
      proxy.plan({ kind: 'status', status }, { kind: 'status', status }, null)
      const { sha256 } = await store.put(at, streamOf(...small))
      proxy.plan({ kind: 'status', status }, null, { kind: 'status', status })
      expect((await contentOf(store.get(at, { sha256 }))).toString()).toBe('a small object')
    })

    it('puts in spite of every request that is refused, or whose answer is lost', async () => {
      const store = open(proxy.port)
      for (const content of [small, large]) {
        for (const kind of ['refused', 'answer lost'] as const) {
          const counted = key()
          proxy.plan()
          await store.put(counted, streamOf(...content))
          const requests = proxy.requests().length
          for (let nth = 0; nth < requests; nth += 1) {
            const at = key()
            proxy.plan(...Array.from({ length: nth }, () => null), { kind })
            const { sha256 } = await store.put(at, streamOf(...content))
            expect(sha256Of(await contentOf(open(server.port).get(at))), `${kind}, request ${nth}`).toBe(sha256)
          }
        }
      }
    })

    it('reads on where the connection was cut', async () => {
      const store = open(proxy.port)
      const at = key()
      proxy.plan()
      const { sha256 } = await store.put(at, streamOf(...large))
      proxy.plan(
        null,
        { kind: 'cut', afterBytes: 3 * mib },
        { kind: 'cut', afterBytes: 4 * mib + 1 },
        { kind: 'refused' },
      )
      expect(sha256Of(await contentOf(store.get(at, { sha256 })))).toBe(sha256)
      expect(proxy.requests().filter((request) => request.startsWith('GET'))).toHaveLength(4)
    })

    it('gives up on a store that fails again and again, and says how', async () => {
      const store = open(proxy.port)
      proxy.plan(...Array.from({ length: 6 }, () => ({ kind: 'status', status: 503 }) as const))
      await expect(store.put(key(), streamOf(...small))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/failed 6 times in a row: status 503/),
      })
    })

    it('lets the store find out what has changed on the way', async () => {
      const store = open(proxy.port)
      for (const content of [small, large]) {
        const at = key()
        const flips = content === small ? [{ kind: 'flipped' } as const] : [null, { kind: 'flipped' } as const]
        proxy.plan(...flips)
        const stored = await store.put(at, streamOf(...content)).catch((error: unknown) => error)
        // The store refuses the part, or takes it when it is sent again.
        const found = await open(server.port).head(at)
        if (stored instanceof Error) expect(found).toBeNull()
        else expect(sha256Of(await contentOf(open(server.port).get(at)))).toBe(sha256Of(...content))
      }
    })
  })

  it('tells a byte that has changed where it is kept', async () => {
    const store = open(server.port, { prefix: '' })
    const { sha256 } = await store.put('kept/object', streamOf('0123456789'))
    const file = join(server.folder, 'kept', 'object')
    expect(readdirSync(join(server.folder, 'kept'))).toContain('object')
    const content = readFileSync(file)
    content[4] = 0
    writeFileSync(file, content)
    await expect(contentOf(store.get('kept/object', { sha256 }))).rejects.toMatchObject({ code: 'DAMAGED' })
  })
})
