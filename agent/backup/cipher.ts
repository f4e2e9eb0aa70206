import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** 32 random bytes, one for each instance: what its backups are encrypted by. */
export type DataKey = Uint8Array

/** What was read is not what was written by this key under this name, or its end is missing. */
export class CipherMismatch extends Error {
  override readonly name = 'CipherMismatch'
}

/** Begins every encrypted object: name and version of the format. */
const magic = Buffer.from('COFFERB1', 'ascii')
const saltBytes = 32
const chunkBytes = 64 * 1024
const tagBytes = 16
const sealedBytes = chunkBytes + tagBytes

/**
 * Encrypts a stream in chunks with AES-256-GCM (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). The key of an object follows by
 * HKDF-SHA256 from the data key, 32 random bytes at the object's beginning and its `name`: under another name it does not open. A nonce is the number of the
 * chunk, with a mark on the last one, so that neither order nor length can be changed.
 */
export const encrypted = async function* (
  dataKey: DataKey,
  name: string,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(saltBytes)
  const key = objectKey(dataKey, name, salt)
  yield Buffer.concat([magic, salt])
  let index = 0
  for await (const { chunk, isLast } of inChunks(content, chunkBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, isLast))
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
    index += 1
  }
}

/** The opposite. Throws `CipherMismatch`; what was yielded before is as it was written, but may not be all. */
export const decrypted = async function* (
  dataKey: DataKey,
  name: string,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { header, rest } = await withHeader(content, magic.length + saltBytes)
  if (!header.subarray(0, magic.length).equals(magic)) {
    throw new CipherMismatch(`${name} is no object of a backup, or of a later version of the format`)
  }
  const key = objectKey(dataKey, name, header.subarray(magic.length))
  let index = 0
  for await (const { chunk, isLast } of inChunks(rest, sealedBytes)) {
    yield open(key, name, chunk, nonceOf(index, isLast))
    index += 1
  }
}

const open = (key: Uint8Array, name: string, sealed: Buffer, nonce: Uint8Array): Buffer => {
  const end = sealed.length - tagBytes
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(sealed.subarray(Math.max(end, 0)))
    return Buffer.concat([decipher.update(sealed.subarray(0, Math.max(end, 0))), decipher.final()])
  } catch (cause) {
    throw new CipherMismatch(`${name} was changed or cut since it was written, or by another key`, { cause })
  }
}

const objectKey = (dataKey: DataKey, name: string, salt: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', dataKey, salt, `coffer backup object\u0000${name}`, 32))

/** 12 bytes: the number of the chunk, and 1 in the last byte of the last chunk. */
const nonceOf = (index: number, isLast: boolean): Uint8Array => {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(index), 0)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

type Chunk = { readonly chunk: Buffer; readonly isLast: boolean }

/** All of this size but the last, which is shorter, or empty where the stream is. */
const inChunks = async function* (content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Chunk> {
  let held: Uint8Array[] = []
  let bytes = 0
  for await (const piece of content) {
    held.push(piece)
    bytes += piece.byteLength
    if (bytes <= size) continue
    let all = Buffer.concat(held)
    // One that is full is held back until another byte shows that it is not the last.
    while (all.length > size) {
      yield { chunk: all.subarray(0, size), isLast: false }
      all = all.subarray(size)
    }
    held = [all]
    bytes = all.length
  }
  yield { chunk: Buffer.concat(held), isLast: true }
}

const withHeader = async (
  content: AsyncIterable<Uint8Array>,
  size: number,
): Promise<{ readonly header: Buffer; readonly rest: AsyncIterable<Uint8Array> }> => {
  const pieces = content[Symbol.asyncIterator]()
  let held = Buffer.alloc(0)
  while (held.length < size) {
    const { done, value } = await pieces.next()
    if (done) throw new CipherMismatch('an object of a backup ends before its content begins')
    held = Buffer.concat([held, value])
  }
  const rest = async function* () {
    try {
      yield held.subarray(size)
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value
    } finally {
      await pieces.return?.()
    }
  }
  return { header: held.subarray(0, size), rest: rest() }
}
