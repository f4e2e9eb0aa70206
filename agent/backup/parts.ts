import { pipeline } from 'node:stream'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import type { BackupStore } from '../../commands/ports/backup-store.ts'
import type { BackupPart } from '../../domain/backup/contents.ts'
import { type DataKey, decrypted, encrypted } from './cipher.ts'

/** `prefix`: below which its objects are. `name`: what its objects are bound to, whatever folder they are found in. */
export type PartsPlace = {
  readonly store: Pick<BackupStore, 'put' | 'get'>
  readonly prefix: string
  readonly name: string
  readonly dataKey: DataKey
}

/** Zstandard's own default, and a checksum of the content at the end of the frame. */
const compression = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
} as const

/** Compresses, encrypts and stores a stream as one part of a backup, with a few MiB in memory and nothing on a disk. Throws `BackupStoreError`. */
export const storePart = async (
  { store, prefix, name, dataKey }: PartsPlace,
  part: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<BackupPart> => {
  let bytes = 0
  const counted = async function* () {
    for await (const chunk of content) {
      bytes += chunk.byteLength
      yield chunk
    }
  }
  const compressed = through(counted(), createZstdCompress(compression))
  const put = await store.put(`${prefix}/${part}`, encrypted(dataKey, `${name}/${part}`, compressed), signal)
  return { name: part, bytes, storedBytes: put.bytes, sha256: put.sha256 }
}

/** The content of a part again. Throws `BackupStoreError`, or `CipherMismatch` for another content than was stored; before its end it may not be all. */
export const readPart = (
  { store, prefix, name, dataKey }: PartsPlace,
  { name: part, sha256 }: BackupPart,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> => {
  const stored = store.get(`${prefix}/${part}`, { sha256, signal })
  return through(decrypted(dataKey, `${name}/${part}`, stored), createZstdDecompress())
}

/** An error of either side ends both, and is thrown to who reads. */
const through = (
  content: AsyncIterable<Uint8Array>,
  transform: ReturnType<typeof createZstdCompress> | ReturnType<typeof createZstdDecompress>,
): AsyncIterable<Uint8Array> => {
  let failure: Error | null = null
  const watched = async function* () {
    try {
      yield* content
    } catch (error) {
      failure = error as Error
      throw error
    }
  }
  const passed = pipeline(watched(), transform, () => undefined)
  return (async function* () {
    try {
      yield* passed as AsyncIterable<Uint8Array>
    } catch (error) {
      // Zstandard is cut off by it, and would say so instead.
      throw failure ?? error
    }
  })()
}
