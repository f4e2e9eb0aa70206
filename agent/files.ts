import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { access, chmod, constants, lstat, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { VolumeUse } from '../domain/values/volume-use.ts'

/** A path beside this one that nobody can foresee: others may write to the directory. */
export const draftBeside = (path: string): string => `${path}.${randomBytes(16).toString('hex')}`

/** Puts a file in place whole or not at all, and lasting. */
export const writeFileDurably = (file: string, text: string, mode: number): void => {
  const temporary = `${file}.new`
  const fd = openSync(temporary, 'w', mode)
  try {
    writeFileSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, file)
  const directory = openSync(dirname(file), 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

export const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

export const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

/** The directory is there, with this mode: what the process's umask takes from the modes of `mkdir` does not count. */
export const ensureDirectory = async (path: string, mode: number): Promise<void> => {
  await mkdir(path, { recursive: true, mode })
  await chmod(path, mode)
}

export const removeTree = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })

/** The last bytes of a text file, from `from` on; empty when there is none. */
export const readTail = async (file: string, limitBytes: number, from = 0): Promise<string> => {
  try {
    await using handle = await open(file, 'r')
    const { size } = await handle.stat()
    // A log that was cut meanwhile is read from its beginning.
    const start = Math.max(from > size ? 0 : from, size - limitBytes)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start)
    return buffer.subarray(0, bytesRead).toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

export const sizeOf = async (file: string): Promise<number> => {
  try {
    return (await stat(file)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

/** Bytes that an unprivileged writer may still use on the file system of this path. */
export const freeBytes = async (path: string): Promise<number> => {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}

/** What is taken of the file system of this path, and what an unprivileged writer may still take. `free`: bytes, with those that are kept for root. */
export const fileSystemRoom = async (path: string): Promise<VolumeUse & { readonly free: number }> => {
  const { bavail, bfree, blocks, bsize, ffree, files } = await statfs(path)
  return {
    bytes: { used: (blocks - bfree) * bsize, available: bavail * bsize },
    // Some, such as Btrfs, say 0: they make as many as fit.
    files: files === 0 ? null : { used: files - ffree, available: ffree },
    free: bfree * bsize,
  }
}

/** The unit that `stat` counts blocks in, whatever those of the file system are. */
export const statBlockBytes = 512
const looksAtOnce = 64

/** What the files below a directory take of the disk. What goes away meanwhile is not counted. */
export const treeBytes = async (directory: string, signal: AbortSignal): Promise<number> => {
  signal.throwIfAborted()
  const entries = await unlessGone(readdir(directory, { withFileTypes: true }), [])
  let bytes = 0
  for (let at = 0; at < entries.length; at += looksAtOnce) {
    const looks = entries.slice(at, at + looksAtOnce).map(async (entry) => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? treeBytes(path, signal) : await unlessGone(bytesOf(path), 0)
    })
    bytes += (await Promise.all(looks)).reduce((sum, each) => sum + each, 0)
  }
  return bytes
}

const bytesOf = async (path: string): Promise<number> => (await lstat(path)).blocks * statBlockBytes

const unlessGone = async <T>(look: Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await look
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}
