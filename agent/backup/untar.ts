import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'

/** What was unpacked under one name. `sha256`: hex. */
export type Unpacked = { readonly bytes: number; readonly sha256: string }

/** The archive is not one, or is cut. */
export class ArchiveBroken extends Error {
  override readonly name = 'ArchiveBroken'
}

const block = 512
type Header = { readonly name: string; readonly bytes: number; readonly type: string }

/**
 * Unpacks a tar file (POSIX ustar, as PostgreSQL writes it: names of at most 100 characters) into a directory that exists. Answers its files by name. Files and
 * directories only, modes 0600 and 0700. Throws `ArchiveBroken`.
 */
export const untar = async (
  archive: AsyncIterable<Uint8Array>,
  directory: string,
): Promise<ReadonlyMap<string, Unpacked>> => {
  const files = new Map<string, Unpacked>()
  const reader = createReader(archive)
  try {
    for (;;) {
      const header = parseHeader(await reader.exactly(block))
      if (header === null) return files
      const path = join(directory, header.name)
      if (header.type === '5') await mkdir(path, { recursive: true, mode: 0o700 })
      else if (header.type === '0') {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        files.set(header.name, await writeFile(path, reader.some(header.bytes)))
        await reader.exactly((block - (header.bytes % block)) % block)
      } else throw new ArchiveBroken(`the archive has an entry of type "${header.type}"`)
    }
  } finally {
    await reader.close()
  }
}

const writeFile = async (path: string, content: AsyncIterable<Uint8Array>): Promise<Unpacked> => {
  const hash = createHash('sha256')
  let bytes = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of content) {
      hash.update(chunk)
      bytes += chunk.byteLength
      await writeAll(file, chunk)
    }
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

const writeAll = async (file: FileHandle, chunk: Uint8Array): Promise<void> => {
  for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten
}

/** Null for the empty block at the end. */
const parseHeader = (header: Buffer): Header | null => {
  if (header.every((byte) => byte === 0)) return null
  const text = (from: number, length: number): string =>
    header.toString('latin1', from, from + length).replace(/[\0 ].*$/s, '')
  const summed = header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  if (Number.parseInt(text(148, 8), 8) !== summed) throw new ArchiveBroken('a header of the archive is damaged')
  const name = normalize(header.toString('utf8', 0, 100).replace(/\0.*$/s, ''))
  if (isAbsolute(name) || name.startsWith('..')) throw new ArchiveBroken('the archive names a file outside of it')
  return { name: name.replace(/\/$/, ''), bytes: Number.parseInt(text(124, 12), 8), type: text(156, 1) || '0' }
}

/** Takes bytes off a stream by their number. */
const createReader = (content: AsyncIterable<Uint8Array>) => {
  const pieces = content[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array()
  const fill = async (): Promise<void> => {
    while (held.byteLength === 0) {
      const next = await pieces.next()
      if (next.done) throw new ArchiveBroken('the archive ends too soon')
      held = next.value
    }
  }
  const upTo = (bytes: number): Uint8Array => {
    const taken = held.subarray(0, bytes)
    held = held.subarray(taken.byteLength)
    return taken
  }
  const some = async function* (bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; ) {
      await fill()
      const taken = upTo(left)
      left -= taken.byteLength
      yield taken
    }
  }
  return {
    some,
    exactly: async (bytes: number): Promise<Buffer> => {
      const taken: Uint8Array[] = []
      for await (const piece of some(bytes)) taken.push(piece)
      return Buffer.concat(taken)
    },
    /** Reads to the end: only there a stream tells that it was whole. */
    close: async () => {
      for (let next = await pieces.next(); !next.done; next = await pieces.next());
    },
  }
}
