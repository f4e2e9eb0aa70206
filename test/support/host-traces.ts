import { execFileSync } from 'node:child_process'
import { type Dirent, existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { removeSharedMemory } from '../../agent/isolation/shared-memory.ts'
import { createLayout, type Layout, shortId } from '../../agent/layout.ts'
import { run } from '../../agent/run.ts'
import { firstNodeOf, replacementOf } from '../../commands/request-ids.ts'
import { type NodeId, parseInstanceId } from '../../domain/ids.ts'

/** What can be seen on this machine of a server's engines, from the outside: without asking the server. */
export type Traces = {
  /** Pid and command line. */
  readonly processes: readonly string[]
  readonly files: readonly string[]
  readonly users: readonly string[]
  readonly groups: readonly string[]
  readonly cgroups: readonly string[]
  readonly mounts: readonly string[]
  readonly loopDevices: readonly string[]
}

const linesWith = (file: string, words: readonly string[]): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => words.some((word) => line.includes(word)))

/** Relative paths. What vanishes while it is looked at is not there. */
export const pathsBelow = (directory: string): string[] => {
  const listed = (below: string): Dirent[] => {
    try {
      return readdirSync(join(directory, below), { withFileTypes: true })
    } catch {
      return []
    }
  }
  const walk = (below: string): string[] =>
    listed(below).flatMap((entry) => {
      const path = join(below, entry.name)
      return entry.isDirectory() ? [path, ...walk(path)] : [path]
    })
  return walk('')
}

const tryRead = (read: () => string): string => {
  try {
    return read()
  } catch {
    return ''
  }
}

/** Where the host with this data directory keeps what does not fit into it; null before its first start. */
const hostShortId = (dataDir: string): string | null => {
  const identity = tryRead(() => readFileSync(join(dataDir, 'agent', 'identity.json'), 'utf8'))
  return identity === '' ? null : shortId(JSON.parse(identity).hostId)
}

/** Where the host with this data directory keeps things, but for what is in its run directory. */
export const layoutOf = (dataDir: string): Omit<Layout, 'runRoot' | 'runDir'> =>
  createLayout(join(dataDir, 'agent', 'engines'), '')

const cgroupParents = (host: string): string[] => {
  const mounts = linesWith('/proc/mounts', [' cgroup ', ' cgroup2 ']).map((line) => line.split(' ')[1] ?? '')
  return mounts.map((mount) => join(mount, 'coffer', host)).filter((directory) => existsSync(directory))
}

const loopFiles = (): string[] =>
  readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .map((name) => tryRead(() => readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').trim()))

/** Process ids whose environment, working directory or command line holds one of these words. */
const processesWith = (words: readonly string[]): string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      const command = tryRead(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
      const texts = [
        command,
        tryRead(() => readFileSync(`/proc/${pid}/environ`, 'latin1')),
        tryRead(() => readlinkSync(`/proc/${pid}/cwd`)),
      ]
      return texts.some((text) => words.some((word) => text.includes(word))) ? [`${pid} ${command}`] : []
    })

const tracesWith = (dataDir: string, words: readonly string[]): Traces => {
  const host = hostShortId(dataDir)
  const places = [layoutOf(dataDir).enginesRoot, ...(host ? [join('/run/coffer', host)] : [])]
  const named = (text: string): boolean => words.some((word) => text.includes(word))
  return {
    processes: processesWith(words),
    files: places.flatMap((place) => pathsBelow(place).map((path) => join(place, path))).filter(named),
    users: linesWith('/etc/passwd', words),
    groups: linesWith('/etc/group', words),
    cgroups: host ? cgroupParents(host).flatMap((parent) => pathsBelow(parent).filter(named)) : [],
    mounts: linesWith('/proc/mounts', words),
    loopDevices: loopFiles().filter(named),
  }
}

/** What its host calls an instance that was made there. */
export const nodeOfInstance = (instanceId: string): NodeId => firstNodeOf(parseInstanceId(instanceId))

/** And the one that took its place, where it had to move while it was made. */
export const nodesOfInstance = (instanceId: string): readonly NodeId[] => {
  const first = nodeOfInstance(instanceId)
  return [first, replacementOf(first)]
}

/** Everything on this machine that bears the name of the instance or of a node of it. */
export const tracesOfInstance = (dataDir: string, instanceId: string): Traces => {
  const nodes = nodesOfInstance(instanceId)
  return tracesWith(dataDir, [instanceId, ...nodes, ...nodes.map(shortId)])
}

export const noTraces: Traces = {
  processes: [],
  files: [],
  users: [],
  groups: [],
  cgroups: [],
  mounts: [],
  loopDevices: [],
}

/** Everything of a host that exists only while it runs. Empty after a clean stop, whatever instances it has. */
export const tracesOfRunning = (dataDir: string): Omit<Traces, 'files' | 'users' | 'groups'> => {
  const host = hostShortId(dataDir)
  const { processes, mounts, loopDevices } = tracesWith(dataDir, [dataDir, ...(host ? [host] : [])])
  return { processes, mounts, loopDevices, cgroups: host ? cgroupParents(host) : [] }
}

/**
 * Every path of the host but for what it makes ahead of need by itself, and the side files of its database: the same before an instance
 * came and after it went.
 */
export const filesOfHost = (dataDir: string): readonly string[] => {
  const host = hostShortId(dataDir)
  const places = [join(dataDir, 'agent'), ...(host ? [join('/run/coffer', host)] : [])]
  return places
    .flatMap((place) => pathsBelow(place).map((path) => join(place, path)))
    .filter((path) => !/\/prepared\/|\/sealing-keys\/|\/agent\.db-/.test(path))
    .sort()
}

/** The pids of the main processes of the instance's engine: what they fork looks the same for a moment, but has one for a parent. */
export const postmastersOf = (dataDir: string, instanceId: string): readonly number[] => {
  const pids = tracesOfInstance(dataDir, instanceId)
    .processes.filter((line) => /\/postgres .*-D /.test(line))
    .map((line) => Number.parseInt(line, 10))
  return pids.filter((pid) => {
    const parent = parentOf(pid)
    return parent !== null && !pids.includes(parent)
  })
}

/** Null for a process that has ended. */
const parentOf = (pid: number): number | null => {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat === '' ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** Whether anything on this machine listens on that TCP port. */
export const isListening = (port: number): boolean => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const listening = new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, 'm')
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((file) => listening.test(tryRead(() => readFileSync(file, 'utf8'))))
}

/**
 * Takes a data directory off the machine with everything that a server which did not get to stop has left: for the end of a test,
 * whatever became of it. No server may run on it.
 */
export const removeDataDir = async (dataDir: string): Promise<void> => {
  const host = hostShortId(dataDir)
  const layout = layoutOf(dataDir)
  const nodes = existsSync(layout.nodes) ? readdirSync(layout.nodes) : []
  const workshops = pathsBelow(layout.templates).filter((path) => /^new-[^/]+$/.test(path))
  const accounts = [
    ...nodes.map((id) => `coffer-${shortId(id)}`),
    ...workshops.map((name) => `coffer-template-${name.slice('new-'.length)}`),
  ]
  const words = [dataDir, ...(host ? [join('/run/coffer', host)] : []), ...nodes]
  for (let round = 0; round < 100; round += 1) {
    const pids = processesWith(words).map((line) => Number.parseInt(line, 10))
    if (pids.length === 0) break
    for (const pid of pids) tryRead(() => String(process.kill(pid, 'SIGKILL')))
    await delay(20)
  }
  for (const line of linesWith('/proc/mounts', words).reverse()) {
    execFileSync('umount', ['--lazy', line.split(' ')[1] ?? ''], { stdio: 'ignore' })
  }
  for (const line of accounts.flatMap((account) => linesWith('/etc/passwd', [account]))) {
    const [user = '', , uid] = line.split(':')
    // A machine has 4096 segments of it, which killed engines leave behind.
    await removeSharedMemory(run, Number(uid), AbortSignal.timeout(10_000))
    execFileSync('userdel', [user], { stdio: 'ignore' })
  }
  if (host) {
    for (const parent of cgroupParents(host)) {
      for (const name of [...readdirSync(parent).map((entry) => join(parent, entry)), parent])
        tryRead(() => String(rmdirSync(name)))
    }
    rmSync(join('/run/coffer', host), { recursive: true, force: true })
  }
  rmSync(dataDir, { recursive: true, force: true })
}
