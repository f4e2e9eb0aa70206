import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandFailed, type Run } from '../run.ts'

/** POSIX shared memory is files of this file system. */
const posixDirectory = '/dev/shm'

/**
 * Removes the shared memory of an account none of whose processes is left. It outlives those that were killed: System V segments, of
 * which a host has 4096, and POSIX ones, which take its memory. A host without `ipcrm` keeps the former, some bytes each.
 */
export const removeSharedMemory = async (run: Run, uid: number, signal: AbortSignal): Promise<void> => {
  for (const id of await segmentsOf(uid)) {
    try {
      await run('ipcrm', ['-m', id], signal)
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      if (error.code !== 'ENOENT' && (await segmentsOf(uid)).includes(id)) throw error
    }
  }
  for (const name of await readdir(posixDirectory).catch(noneOfThis<string[]>([]))) {
    const file = join(posixDirectory, name)
    const found = await lstat(file).catch(noneOfThis(null))
    if (found?.uid === uid) await rm(file, { recursive: true, force: true })
  }
}

/** The ids of the System V segments that the account has made. The first line names the columns. */
const segmentsOf = async (uid: number): Promise<readonly string[]> => {
  const table = await readFile('/proc/sysvipc/shm', 'utf8').catch(noneOfThis(''))
  const [head = [], ...segments] = table.split('\n').map((line) => line.trim().split(/\s+/))
  const [id, creator] = [head.indexOf('shmid'), head.indexOf('cuid')]
  return segments.flatMap((fields) => (fields[creator] === String(uid) ? (fields[id] ?? []) : []))
}

/** A host may lack either kind, and a file may go meanwhile. */
const noneOfThis =
  <T>(none: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code !== 'ENOENT') throw error
    return none
  }
