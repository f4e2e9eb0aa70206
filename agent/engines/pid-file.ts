import { constants } from 'node:fs'
import { open, readdir, readFile } from 'node:fs/promises'

/**
 * The beginning of a file that an engine wrote; null where there is none. The directory belongs to the engine's account and the reader may be root:
 * whatever the engine puts in this place (a link, a pipe, a device without an end), nothing else is read, waited for or read without bound.
 */
export const readEngineFile = async (path: string, limitBytes: number): Promise<string | null> => {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (!(await handle.stat()).isFile()) return null
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(limitBytes), 0, limitBytes, 0)
    return buffer.subarray(0, bytesRead).toString('utf8')
  } catch {
    return null
  }
}

const pidFileBytes = 32

/** The pid in a file that holds nothing else. A pid alone proves nothing, as the number is reused. */
export const readPid = async (path: string): Promise<number | null> => {
  const pid = Number(await readEngineFile(path, pidFileBytes))
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null
}

/** The words that a process was started with; none for a zombie and for one that is gone. */
export const commandLineOf = async (pid: number): Promise<readonly string[]> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')

/** Whether any process of this machine fits. Reads all of /proc: some milliseconds. */
export const isAnyProcess = async (fits: (pid: number) => Promise<boolean>): Promise<boolean> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map(fits))
  return found.includes(true)
}
