import { readlink, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { hasCode } from '../../error-codes.ts'
import { commandLineOf, isAnyProcess, readEngineFile } from '../../pid-file.ts'

export const pidFileOf = (dataDir: string): string => join(dataDir, 'postmaster.pid')

const maxPidFileBytes = 4096

export type Postmaster = { readonly pid: number; readonly ready: boolean; readonly ending: boolean }

/**
 * The postmaster that runs on `dataDir` and wrote its pid file, or null. A pid alone proves nothing, as the number is
 * reused after a crash: the process must be a `postgres` that was started on this directory and works in it. `ready`:
 * it says that it accepts connections. `ending`: it was told to shut down, and accepts none any more.
 */
export const findPostmaster = async (dataDir: string): Promise<Postmaster | null> => {
  const record = await readEngineFile(pidFileOf(dataDir), maxPidFileBytes)
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

/** Whether any process was started as the postmaster of `dataDir`, be it too young to have written its pid file. */
export const isAnyPostmasterOn = (dataDir: string): Promise<boolean> => isAnyProcess((pid) => isStartedOn(pid, dataDir))

/** A postmaster's children replace their command line by a title, and a zombie's is empty: neither passes. */
const isStartedOn = async (pid: number, dataDir: string): Promise<boolean> => {
  const words = await commandLineOf(pid)
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
