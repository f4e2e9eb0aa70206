import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { CipherMismatch, decrypted, encrypted } from '../../../../agent/backup/cipher.ts'
import { readPart, storePart } from '../../../../agent/backup/parts.ts'
import { createBackupDirectory } from '../../../../commands/adapters/backup-directory/backup-store.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const dataKey = randomBytes(32)
const never = new AbortController().signal
const chunk = 64 * 1024

const inPieces = async function* (content: Buffer, size: number) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}
const seal = (content: Buffer, piece = 10_000) => buffer(encrypted(dataKey, 'a', inPieces(content, piece)))
const open = (sealed: Buffer, { name = 'a', key = dataKey as Uint8Array, piece = 7777 } = {}) =>
  buffer(decrypted(key, name, inPieces(sealed, piece)))

describe('the cipher of backups', () => {
  it.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 5])('gives %d bytes again', async (length) => {
    const content = randomBytes(length)
    const sealed = await seal(content)
    expect(sealed.length).toBe(40 + content.length + 16 * Math.max(1, Math.ceil(length / chunk)))
    for (const piece of [1000, 80_000, 1_000_000]) expect(await open(sealed, { piece })).toEqual(content)
  })

  it('never writes the same twice', async () => {
    expect((await seal(Buffer.from('x'))).equals(await seal(Buffer.from('x')))).toBe(false)
  })

  it('opens by no other key and under no other name', async () => {
    const sealed = await seal(randomBytes(chunk * 2))
    await expect(open(sealed, { key: randomBytes(32) })).rejects.toThrow(CipherMismatch)
    await expect(open(sealed, { name: 'b' })).rejects.toThrow(CipherMismatch)
  })

  it('notices a flipped bit anywhere', async () => {
    const sealed = await seal(randomBytes(chunk + 100))
    for (const at of [0, 8, 39, 40, 40 + chunk, 40 + chunk + 16, sealed.length - 1]) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      await expect(open(changed)).rejects.toThrow(CipherMismatch)
    }
  })

  it('notices a missing end, also between chunks, and chunks in another order', async () => {
    const sealed = await seal(randomBytes(3 * chunk))
    const [first, second] = [40 + chunk + 16, 40 + 2 * (chunk + 16)]
    for (const end of [10, 40, 50, first, second, sealed.length - 1]) {
      await expect(open(sealed.subarray(0, end))).rejects.toThrow(CipherMismatch)
    }
    const swapped = Buffer.concat([
      sealed.subarray(0, 40),
      sealed.subarray(first, second),
      sealed.subarray(40, first),
      sealed.subarray(second),
    ])
    await expect(open(swapped)).rejects.toThrow(CipherMismatch)
  })
})

describe('a part of a backup', () => {
  const temp = createTempDir('parts')
  const place = {
    store: createBackupDirectory(temp.path, () => Date.now()),
    prefix: 'instances/i/backups/b/run',
    name: 'i/b',
    dataKey,
  }
  const content = Buffer.concat([Buffer.alloc(500_000), randomBytes(100_000)])

  it('is compressed, encrypted and given again', async () => {
    const part = await storePart(place, 'data', inPieces(content, 30_000), never)
    expect(part).toMatchObject({ name: 'data', bytes: content.length })
    expect(part.storedBytes).toBeLessThan(110_000)
    const stored = readFileSync(join(temp.path, place.prefix, 'data'))
    expect(stored.length).toBe(part.storedBytes)
    expect(stored.includes(content.subarray(-100))).toBe(false)
    expect(await buffer(readPart(place, part, never))).toEqual(content)
  })

  it('is not there where its content failed', async () => {
    const failing = async function* () {
      yield randomBytes(1_000_000)
      throw new Error('the engine ended')
    }
    await expect(storePart(place, 'failed', failing(), never)).rejects.toThrow('the engine ended')
    expect(await place.store.head(`${place.prefix}/failed`)).toBeNull()
  })

  it('is refused where it was cut or changed in the store, or is another one', async () => {
    const part = await storePart(place, 'changed', inPieces(content, 30_000), never)
    const file = join(temp.path, place.prefix, 'changed')
    const stored = readFileSync(file)
    const other = { ...part, sha256: '0'.repeat(64) }
    await expect(buffer(readPart(place, other, never))).rejects.toMatchObject({ code: 'DAMAGED' })
    writeFileSync(file, stored.subarray(0, stored.length - 1))
    await expect(buffer(readPart(place, part, never))).rejects.toThrow()
    const changed = Buffer.from(stored)
    changed[60_000] = (changed[60_000] ?? 0) ^ 1
    writeFileSync(file, changed)
    await expect(buffer(readPart(place, part, never))).rejects.toThrow(CipherMismatch)
  })
})
