import { constants } from 'node:fs'
import { open, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { hasCode } from '../../error-codes.ts'

export const pidFileOf = (dataDir: string): string => join(dataDir, 'postmaster.pid')

export type Postmaster = { readonly pid: number; readonly ready: boolean; readonly ending: boolean }

/**
 * The postmaster that runs on `dataDir` and wrote its pid file, or null. A pid alone proves nothing, as the number is
 * reused after a crash: the process must be a `postgres` that was started on this directory and works in it. `ready`:
 * it says that it accepts connections. `ending`: it was told to shut down, and accepts none any more.
 */
export const findPostmaster = async (dataDir: string): Promise<Postmaster | null> => {
  const record = await readPidFile(pidFileOf(dataDir)).catch(() => null)
  if (record === null) return null
  // Lines: pid, data directory, start time, port, socket directory, address, shared memory key, status
  // (src/include/utils/pidfile.h).
  const lines = record.split('\n')
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  if (!(await isStartedOn(pid, dataDir)) || !(await worksIn(pid, dataDir))) return null
  const status = lines[7]?.trim()
  return { pid, ready: status === 'ready', ending: status === 'stopping' }
}

/** It reads its files again, and every session that begins from then on follows them. One that is gone needs no signal. */
export const reload = async (dataDir: string): Promise<void> => {
  const postmaster = await findPostmaster(dataDir)
  try {
    if (postmaster) process.kill(postmaster.pid, 'SIGHUP')
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

const maxPidFileBytes = 4096

/**
 * The directory belongs to the engine's account and the reader may be root: whatever the engine puts in this place (a link, a pipe, a device
 * without an end), nothing else is read, waited for or read without bound.
 */
const readPidFile = async (path: string): Promise<string | null> => {
  await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  if (!(await handle.stat()).isFile()) return null
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxPidFileBytes), 0, maxPidFileBytes, 0)
  return buffer.subarray(0, bytesRead).toString('utf8')
}

/**
 * Whether any process was started as the postmaster of `dataDir`, be it too young to have written its pid file. Reads
 * all of /proc: some milliseconds.
 */
export const isAnyPostmasterOn = async (dataDir: string): Promise<boolean> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map((pid) => isStartedOn(pid, dataDir)))
  return found.includes(true)
}

/** A postmaster's children replace their command line by a title, and a zombie's is empty: neither passes. */
const isStartedOn = async (pid: number, dataDir: string): Promise<boolean> => {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const words = commandLine.split('\0')
  const program = words.findIndex((word) => basename(word) === 'postgres')
  return program >= 0 && words[words.indexOf('-D', program) + 1] === dataDir
}

const worksIn = async (pid: number, dataDir: string): Promise<boolean> => {
  const [workingDirectory, directory] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => null),
    realpath(dataDir).catch(() => undefined),
  ])
  return workingDirectory === directory
}
