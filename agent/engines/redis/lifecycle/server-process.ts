import { constants } from 'node:fs'
import { open, readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { EngineInstance } from '../../engine.ts'
import { configurationOf, pidFileOf } from '../places.ts'

/**
 * The pid of the server that runs on this instance's configuration and wrote its pid file, or null. A pid alone proves nothing, as the number is
 * reused: the process must be a `redis-server` that was started with this file.
 */
export const findServer = async (instance: EngineInstance): Promise<number | null> => {
  const pid = Number(await readPidFile(pidFileOf(instance)).catch(() => ''))
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  return (await isStartedOn(pid, instance)) ? pid : null
}

/** Whether any process was started on this configuration, be it too young to have written its pid file. Reads all of /proc: some milliseconds. */
export const isAnyServerOn = async (instance: EngineInstance): Promise<boolean> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map((pid) => isStartedOn(pid, instance)))
  return found.includes(true)
}

/**
 * A child that rewrites the log is a copy of its parent, command line and all; it does not write the pid file. A zombie's command line is
 * empty.
 */
const isStartedOn = async (pid: number, instance: EngineInstance): Promise<boolean> => {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const [program = '', configuration] = commandLine.split('\0')
  return basename(program) === 'redis-server' && configuration === configurationOf(instance)
}

const maxPidFileBytes = 32

/** The directory belongs to the engine's account: nothing but a plain file is read, and no more of it than a pid has. */
const readPidFile = async (path: string): Promise<string> => {
  await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  if (!(await handle.stat()).isFile()) return ''
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxPidFileBytes), 0, maxPidFileBytes, 0)
  return buffer.subarray(0, bytesRead).toString('utf8')
}
