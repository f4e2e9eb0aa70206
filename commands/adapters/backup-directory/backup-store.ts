import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, link, mkdir, open, opendir, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import {
  assertObjectKey,
  type BackupStore,
  BackupStoreError,
  type ByteRange,
  type ObjectKey,
  type PutResult,
  type StoredObject,
} from '../../ports/backup-store.ts'
import { assertSame, checked, measured } from '../check-content.ts'

/** No key begins with a dot. */
const drafts = '.drafts'
/** A draft that nobody has written to for so long belongs to a put that was cut off. */
const abandonedMs = 24 * 3_600_000

/** A folder in which every object is a file under its key, mode 0600. Another machine's folder may be mounted there. */
export const createBackupDirectory = (root: string, now: () => number): BackupStore => {
  const fileOf = (key: ObjectKey): string => {
    assertObjectKey(key)
    return join(root, key)
  }

  /** Written aside and then linked, so that it appears whole, and never over another. */
  const put = async (key: ObjectKey, content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<PutResult> => {
    const file = fileOf(key)
    await mkdir(join(root, drafts), { recursive: true, mode: 0o700 })
    await removeAbandoned(join(root, drafts), now())
    const draft = join(root, drafts, randomUUID())
    const { content: through, result } = measured(content)
    try {
      await writeAll(draft, through, signal)
      const written = result()
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const isNew = await linked(draft, file)
      if (isNew) await syncDirectory(dirname(file))
      else await assertSame(key, createReadStream(file), written)
      return written
    } finally {
      await rm(draft, { force: true })
    }
  }

  const head = async (key: ObjectKey): Promise<StoredObject | null> => {
    const found = await stat(fileOf(key)).catch(absent)
    return found?.isFile() ? { key, bytes: found.size } : null
  }

  const read = async function* (key: ObjectKey, range: ByteRange, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    if ((await head(key)) === null) throw new BackupStoreError('NOT_FOUND', `there is no object ${key}`)
    yield* createReadStream(fileOf(key), { start: range.from, end: range.to ?? Number.POSITIVE_INFINITY, signal })
  }

  return {
    put: async (key, content, signal) => {
      const { through, isFailure } = watched(content)
      return explained(() => put(key, through, signal), isFailure)
    },
    get: (key, { range = { from: 0 }, sha256, signal } = {}) => {
      const content = explainedStream(read(key, range, signal))
      return sha256 === undefined ? content : checked(key, content, sha256)
    },
    head: (key) => explained(() => head(key)),
    list: (prefix) => explainedStream(listed(root, prefix)),
    remove: (keys) =>
      explained(async () => {
        for (const file of keys.map(fileOf)) {
          await unlink(file).catch(absent)
          await removeEmpty(dirname(file), root)
        }
      }),
    close: async () => {},
  }
}

const writeAll = async (file: string, content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> => {
  const handle = await open(file, 'wx', 0o600)
  try {
    for await (const chunk of content) {
      signal?.throwIfAborted()
      await writeChunk(handle, chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const writeChunk = async (handle: FileHandle, chunk: Uint8Array): Promise<void> => {
  for (let at = 0; at < chunk.byteLength; ) {
    const { bytesWritten } = await handle.write(chunk, at)
    at += bytesWritten
  }
}

/** False where there is a file already. */
const linked = (draft: string, file: string): Promise<boolean> =>
  link(draft, file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const removeAbandoned = async (directory: string, now: number): Promise<void> => {
  for await (const { name } of await opendir(directory)) {
    const draft = join(directory, name)
    const found = await stat(draft).catch(absent)
    if (found && now - found.mtimeMs > abandonedMs) await rm(draft, { force: true })
  }
}

/** Folders that hold nothing any more, up to the root. */
const removeEmpty = async (directory: string, root: string): Promise<void> => {
  for (let at = directory; at !== root && at.startsWith(root); at = dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}

const listed = async function* (root: string, prefix: string): AsyncGenerator<StoredObject> {
  // Only the folder that the prefix lies in has any of them.
  yield* walked(root, join(root, prefix.slice(0, prefix.lastIndexOf('/') + 1)), prefix)
}

const walked = async function* (root: string, directory: string, prefix: string): AsyncGenerator<StoredObject> {
  const found: { readonly name: string; readonly isFolder: boolean }[] = []
  const folder = await opendir(directory).catch(absent)
  if (!folder) return
  for await (const entry of folder) {
    if (!entry.name.startsWith('.')) found.push({ name: entry.name, isFolder: entry.isDirectory() })
  }
  // As keys are sorted: a folder stands where its slash does.
  const sorted = found.toSorted((a, b) => (sortName(a) < sortName(b) ? -1 : 1))
  for (const { name, isFolder } of sorted) {
    const path = join(directory, name)
    const key = relative(root, path)
    if (isFolder) {
      if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) yield* walked(root, path, prefix)
    } else if (key.startsWith(prefix)) {
      const file = await stat(path).catch(absent)
      if (file) yield { key, bytes: file.size }
    }
  }
}

const sortName = ({ name, isFolder }: { readonly name: string; readonly isFolder: boolean }): string =>
  isFolder ? `${name}/` : name

const absent = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}

/** The caller's stream, and whether an error is its own: that is passed on as it is. */
const watched = (content: AsyncIterable<Uint8Array>) => {
  let failure: unknown
  const through = async function* () {
    try {
      yield* content
    } catch (error) {
      failure = error
      throw error
    }
  }
  return { through: through(), isFailure: (error: unknown) => error === failure }
}

/** Errors of the file system in the terms of the port. */
const toStoreError = (error: unknown): unknown => {
  const { code, syscall, message } = error as NodeJS.ErrnoException
  if (error instanceof BackupStoreError || syscall === undefined) return error
  const isRefused = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENAMETOOLONG'
  return new BackupStoreError(
    isRefused ? 'REFUSED' : 'UNAVAILABLE',
    `the backup directory cannot be used: ${message}`,
    {
      cause: error,
    },
  )
}

const explained = async <T>(
  work: () => Promise<T>,
  isOthers: (error: unknown) => boolean = () => false,
): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw isOthers(error) ? error : toStoreError(error)
  }
}

const explainedStream = async function* <T>(content: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* content
  } catch (error) {
    throw toStoreError(error)
  }
}
