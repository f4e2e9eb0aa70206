import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import type { ProcessId } from '../journal/nodes.ts'

/** The variable by which an engine's processes are known to belong to an instance. */
export const nodeMarker = 'COFFER_NODE_ID'

/** The process with this pid, null if there is none or it is only waiting to be buried. */
export const identifyProcess = (pid: number): ProcessId | null => {
  const fields = statFields(pid)
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return null
  return { pid, startedAtTicks: Number(fields[19]) }
}

export const isAlive = (process: ProcessId): boolean =>
  identifyProcess(process.pid)?.startedAtTicks === process.startedAtTicks

/** Whether its pid is still taken: by a process that is alive, or that has ended and waits to be buried. */
export const isUnburied = ({ pid, startedAtTicks }: ProcessId): boolean =>
  Number(statFields(pid)?.[19]) === startedAtTicks

/** Its state as `ps` shows it, and the processor time that it and the children it has buried have used, in clock ticks. */
export type ProcessTimes = {
  readonly state: string
  readonly ticks: number
  readonly reapedTicks: number
  /** How often it was given a processor. */
  readonly switches: number
}

/** Null for a process that is gone. Fields: proc(5). */
export const readTimes = (pid: number): ProcessTimes | null => {
  const fields = statFields(pid)
  const status = readProcessFile(pid, 'status')
  if (!fields || status === null) return null
  const [own = 0, system = 0, children = 0, childrenSystem = 0] = fields.slice(11, 15).map(Number)
  const switches = [...status.matchAll(/^(?:non)?voluntary_ctxt_switches:\s+(\d+)$/gm)]
  return {
    state: fields[0] ?? '',
    ticks: own + system,
    reapedTicks: children + childrenSystem,
    switches: switches.reduce((sum, [, count]) => sum + Number(count), 0),
  }
}

export type ProcessTraits = {
  readonly nodeId: string
  /** The id of its own Unix account, when nobody else uses it. */
  readonly ownUid: number | null
  /** By what an engine's processes are known that have lost their marker; null if it has no engine. */
  readonly engine: EngineTraits | null
}

/** The user it runs as, the file of its program, and the directory it works within. */
export type EngineTraits = { readonly uid: number; readonly program: string; readonly directory: string }

/**
 * All processes of an instance, however they came to be: those marked by their environment, and those of its own Unix account. Engines write
 * their titles over their environment and leave their session, so those that run the engine's program as its user within the instance's
 * directory count as well. Other processes that happen to be there do not: see `findBystanders`.
 */
export const findProcesses = (traits: ProcessTraits): readonly ProcessId[] => findWhere((pid) => belongs(pid, traits))

/** A process with the name of its program and the id of its user, for a person to find it. */
export type Bystander = ProcessId & { readonly name: string; readonly uid: number }

/** Processes that work within an instance's directory and are not its own. */
export const findBystanders = (directory: string, traits: ProcessTraits): readonly Bystander[] =>
  findWhere((pid) => worksWithin(pid, directory) && !belongs(pid, traits)).map((process) => ({
    ...process,
    name: readProcessFile(process.pid, 'comm')?.trim() ?? '',
    uid: uidOf(process.pid) ?? -1,
  }))

const findWhere = (test: (pid: number) => boolean): readonly ProcessId[] => {
  const found: ProcessId[] = []
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid || !test(pid)) continue
    const identified = identifyProcess(pid)
    if (identified) found.push(identified)
  }
  return found
}

const belongs = (pid: number, { nodeId, ownUid, engine }: ProcessTraits): boolean => {
  const uid = uidOf(pid)
  if (uid === null) return false
  if (uid === ownUid) return true
  if (readProcessFile(pid, 'environ')?.includes(`${nodeMarker}=${nodeId}\0`)) return true
  return engine !== null && uid === engine.uid && worksWithin(pid, engine.directory) && runs(pid, engine.program)
}

/** Null for a process that is gone. */
const uidOf = (pid: number): number | null => {
  try {
    return statSync(`/proc/${pid}`).uid
  } catch {
    return null
  }
}

const worksWithin = (pid: number, directory: string): boolean => {
  const cwd = readProcessLink(pid, 'cwd')
  return cwd === directory || (cwd?.startsWith(`${directory}/`) ?? false)
}

/** By the file itself, which may be reached on other paths; by its path, where an upgrade has put another file in its place. */
const runs = (pid: number, program: string): boolean => {
  const path = readProcessLink(pid, 'exe')
  if (path === null) return false
  if (path.replace(/ \(deleted\)$/, '') === program) return true
  try {
    const [running, known] = [statSync(`/proc/${pid}/exe`), statSync(program)]
    return running.dev === known.dev && running.ino === known.ino
  } catch {
    return false
  }
}

/** `/proc/<pid>/stat` from its third field (the state) on; the second, the name, is in parentheses and may hold anything. */
const statFields = (pid: number): readonly string[] | null => {
  const stat = readProcessFile(pid, 'stat')
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

const readProcessFile = (pid: number, file: string): string | null => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return null
  }
}

/** Null for a process that is gone, or whose links this user may not read: an engine of ours can be read. */
const readProcessLink = (pid: number, link: string): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/${link}`)
  } catch {
    return null
  }
}
