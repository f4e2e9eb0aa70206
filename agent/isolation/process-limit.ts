import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listMounts } from './mounts.ts'

/** What an engine of the smallest size may have by its settings: 28 sessions, 8 workers, its own processes, and some to spare. */
const processesOfSmallest = 64

/** `PID_MAX_LIMIT` of a 64-bit kernel. */
const mostProcesses = 4_194_304

/** For how many engines the processes suffice that the kernel, and the container that the agent is in, allow. */
export const countProcesses = (): number => {
  // Those of a machine's own root group do not exist; those of a container's do.
  const groups = listMounts()
    .filter(
      ({ fileSystem, superOptions }) =>
        fileSystem === 'cgroup2' || (fileSystem === 'cgroup' && superOptions.includes('pids')),
    )
    .map(({ mountPoint }) => join(mountPoint, 'pids.max'))
  const limits = ['/proc/sys/kernel/pid_max', '/proc/sys/kernel/threads-max', ...groups].map(readLimit)
  return Math.floor(Math.min(mostProcesses, ...limits) / processesOfSmallest)
}

const readLimit = (file: string): number => {
  try {
    const limit = Number(readFileSync(file, 'utf8'))
    return Number.isNaN(limit) ? Number.POSITIVE_INFINITY : limit
  } catch {
    // Not every kernel and container has each of them.
    return Number.POSITIVE_INFINITY
  }
}
