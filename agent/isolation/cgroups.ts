import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Timers } from '../../kernel/timers.ts'
import { describeError } from '../describe-error.ts'
import { waitUntil } from '../supervision/wait.ts'
import { listMounts } from './mounts.ts'

export type Limits = { readonly vcpus: number; readonly memoryMiB: number }

export interface Cgroups {
  readonly kind: 'v2' | 'v1' | 'none'
  readonly missing: readonly string[]
  /** Makes the group of an instance with these limits, or changes them. To be called while nothing runs in it. */
  ensure(name: string, limits: Limits): void
  /**
   * As `ensure`, for what runs: it may have all the memory that it was given, or the kernel would end it, and so keeps that limit if it is the higher
   * one. Answers whether it does.
   */
  follow(name: string, limits: Limits): boolean
  /** Puts a process, with what it starts from now on, into the group. */
  join(name: string, pid: number): void
  /** How many of the group's processes the kernel has ended for want of memory since the group was made; null where nobody counts. */
  memoryKills(name: string): number | null
  /** Removes the group once its last process is gone. A group that is not there is fine. */
  remove(name: string, signal: AbortSignal): Promise<void>
  /** Removes the agent's own parent group, if nothing is in it any more. */
  close(): void
}

/** One controller's directory of the agent, and the files by which it is told the limits. */
type Hierarchy = {
  readonly parent: string
  readonly files: (limits: Limits) => Readonly<Record<string, string>>
  /** Of those, the one that processes may not be above. */
  readonly memoryLimit?: string
  /** The file with a line `oom_kill <count>`; in version 1 from Linux 4.13 on. */
  readonly countsKills?: string
}

/** Beside the memory that the flavor promises: the engine's fixed parts, its programs and the work of the moment. */
const memoryHeadroomMiB = 64
/** Far more than an engine with its largest number of connections has; it stops only what runs wild. */
const maxProcesses = 4096
const periodUs = 100_000
const removeRetryMs = 20
/** More memory than any machine has. */
const leastUnlimitedBytes = 2 ** 60

const memoryBytes = (limits: Limits): number => (limits.memoryMiB + memoryHeadroomMiB) * 1024 * 1024
const quotaUs = (limits: Limits): number => limits.vcpus * periodUs

/**
 * Groups below `coffer/<host>` at the top of the hierarchy, not within the agent's own group: engines outlive the agent, and
 * a service manager kills the whole group of the service it stops. Version 2 where it has the controllers, else version 1.
 */
export const detectCgroups = (timers: Timers, host: string): Cgroups => {
  const attempts = [() => openVersion2(timers, host), () => openVersion1(timers, host)]
  const missing: string[] = []
  for (const attempt of attempts) {
    try {
      const found = attempt()
      if (found) return found
    } catch (error) {
      missing.push(describeError(error))
    }
  }
  const why = missing.length > 0 ? missing.join('; ') : 'the host offers no memory, cpu and pids controllers'
  return noCgroups(`no limit on memory, CPU and processes: ${why}`)
}

/** What `memory.events` of version 2, or `memory.oom_control` of version 1, counts; null where the kernel does not. */
export const memoryKillsIn = (text: string): number | null => {
  const counted = /^oom_kill (\d+)$/m.exec(text)?.[1]
  return counted === undefined ? null : Number(counted)
}

const noCgroups = (missing: string): Cgroups => ({
  kind: 'none',
  missing: [missing],
  ensure: () => {},
  follow: () => false,
  join: () => {},
  memoryKills: () => null,
  remove: () => Promise.resolve(),
  close: () => {},
})

const openVersion2 = (timers: Timers, host: string): Cgroups | null => {
  const root = listMounts().find(({ fileSystem }) => fileSystem === 'cgroup2')?.mountPoint
  if (!root) return null
  const controllers = readFileSync(join(root, 'cgroup.controllers'), 'utf8').trim().split(' ')
  const wanted = ['cpu', 'memory', 'pids']
  if (!wanted.every((controller) => controllers.includes(controller))) return null
  const enable = wanted.map((controller) => `+${controller}`).join(' ')
  const parent = join(root, 'coffer', host)
  writeFileSync(join(root, 'cgroup.subtree_control'), enable)
  mkdirSync(parent, { recursive: true })
  writeFileSync(join(root, 'coffer', 'cgroup.subtree_control'), enable)
  writeFileSync(join(parent, 'cgroup.subtree_control'), enable)
  return groupsOf(timers, 'v2', [{ parent, ...version2 }])
}

/** All controllers are told in one directory. */
export const version2: Omit<Hierarchy, 'parent'> = {
  files: (limits) => ({
    'memory.max': String(memoryBytes(limits)),
    'pids.max': String(maxProcesses),
    'cpu.max': limits.vcpus > 0 ? `${quotaUs(limits)} ${periodUs}` : `max ${periodUs}`,
  }),
  memoryLimit: 'memory.max',
  countsKills: 'memory.events',
}

const openVersion1 = (timers: Timers, host: string): Cgroups | null => {
  const mounts = listMounts().filter(({ fileSystem }) => fileSystem === 'cgroup')
  const hierarchies: Hierarchy[] = []
  for (const [controller, own] of Object.entries(version1)) {
    const root = mounts.find(({ superOptions }) => superOptions.includes(controller))?.mountPoint
    if (!root) return null
    const parent = join(root, 'coffer', host)
    mkdirSync(parent, { recursive: true })
    hierarchies.push({ parent, ...own })
  }
  return groupsOf(timers, 'v1', hierarchies)
}

/** By controller: each has a hierarchy of its own. */
export const version1: Readonly<Record<'memory' | 'cpu' | 'pids', Omit<Hierarchy, 'parent'>>> = {
  memory: {
    files: (limits) => ({ 'memory.limit_in_bytes': String(memoryBytes(limits)) }),
    memoryLimit: 'memory.limit_in_bytes',
    countsKills: 'memory.oom_control',
  },
  cpu: {
    files: (limits) => ({
      'cpu.cfs_period_us': String(periodUs),
      'cpu.cfs_quota_us': limits.vcpus > 0 ? String(quotaUs(limits)) : '-1',
    }),
  },
  pids: { files: () => ({ 'pids.max': String(maxProcesses) }) },
}

export const groupsOf = (timers: Timers, kind: 'v1' | 'v2', hierarchies: readonly Hierarchy[]): Cgroups => ({
  kind,
  missing: [],
  ensure: (name, limits) => {
    for (const { parent, files } of hierarchies) {
      mkdirSync(join(parent, name), { recursive: true })
      for (const [file, value] of Object.entries(files(limits))) writeFileSync(join(parent, name, file), value)
    }
  },
  follow: (name, limits) => {
    let keepsMore = false
    for (const { parent, files, memoryLimit } of hierarchies) {
      mkdirSync(join(parent, name), { recursive: true })
      for (const [file, value] of Object.entries(files(limits))) {
        const path = join(parent, name, file)
        if (file === memoryLimit && isAbove(path, Number(value))) keepsMore = true
        else writeFileSync(path, value)
      }
    }
    return keepsMore
  },
  join: (name, pid) => {
    for (const { parent } of hierarchies) {
      try {
        writeFileSync(join(parent, name, 'cgroup.procs'), String(pid))
      } catch (error) {
        // It has ended already.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
    }
  },
  memoryKills: (name) => {
    for (const { parent, countsKills } of hierarchies) {
      if (!countsKills) continue
      try {
        return memoryKillsIn(readFileSync(join(parent, name, countsKills), 'utf8'))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
    return null
  },
  remove: async (name, signal) => {
    for (const { parent } of hierarchies) {
      const directory = join(parent, name)
      const removed = await waitUntil(timers, () => tryRemove(directory), removeRetryMs, signal)
      if (!removed) throw new Error(`the cgroup ${directory} still has processes`)
    }
  },
  close: () => {
    for (const { parent } of hierarchies) if (tryRemove(parent)) tryRemove(join(parent, '..'))
  },
})

/** A group that has no limit yet has none to keep: version 2 says `max` of it, version 1 the most that fits. */
const isAbove = (path: string, bytes: number): boolean => {
  const present = existsSync(path) ? Number(readFileSync(path, 'utf8')) : Number.NaN
  return present > bytes && present < leastUnlimitedBytes
}

/** True when the directory is gone. A group with processes or groups in it refuses. */
const tryRemove = (directory: string): boolean => {
  if (!existsSync(directory)) return true
  try {
    rmdirSync(directory)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return true
    if (code === 'EBUSY' || code === 'ENOTEMPTY') return false
    throw error
  }
}
