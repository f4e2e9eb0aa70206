import { type ChildProcess, spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { basename } from 'node:path'
import type { NodeId } from '../../domain/ids.ts'
import type { Timers } from '../../kernel/timers.ts'
import { describeError } from '../describe-error.ts'
import { EngineFault, tellFindings } from '../engines/engine.ts'
import { readTail, sizeOf } from '../files.ts'
import type { Command, Privileges } from '../isolation/privileges.ts'
import type { ProcessId } from '../journal/nodes.ts'
import type { Engine } from './engine.ts'
import type { EngineLogs } from './engine-log.ts'
import { identifyProcess, nodeMarker } from './process-table.ts'

export type EngineLauncher = {
  /** Starts the engine's process and waits until it is ready. `started` is called at once, with the process. */
  launch(engine: Engine, started: (process: ProcessId) => void, signal: AbortSignal): Promise<void>
  /** Resolves when the process has ended, or after `boundMs`. Sooner for a child of this agent than for an adopted process. */
  waitForEnd(process: ProcessId, boundMs: number, signal: AbortSignal): Promise<void>
  /** How a child of this agent ended; null for any other process. Told once. */
  takeEnding(process: ProcessId): string | null
}

const explainedLogBytes = 64 * 1024

export type EngineLauncherDeps = {
  readonly privileges: Pick<Privileges, 'drop'>
  readonly logs: EngineLogs
  readonly timers: Timers
}

/** Starts engines as processes that outlive the agent, and knows those it started itself. */
export const createEngineLauncher = (deps: EngineLauncherDeps): EngineLauncher => {
  const children = new Map<number, ChildProcess>()
  const endings = new Map<string, string>()
  const nameOf = ({ pid, startedAtTicks }: ProcessId): string => `${pid} ${startedAtTicks}`
  return {
    launch: async (engine, started, signal) => {
      const nodeId = engine.instance.nodeId as NodeId
      await using pipe = await deps.logs.openPipe(nodeId, signal)
      using log = await deps.logs.hold(nodeId)
      const logFrom = await sizeOf(engine.instance.logFile)
      const { promise: exited, resolve: exit } = Promise.withResolvers<'exited'>()
      let launched: ProcessId | null = null
      const child = await spawnEngine(engine, deps.privileges, pipe.fd, (spawned, pid) => {
        const process = identifyProcess(pid)
        children.set(pid, spawned)
        spawned.once('exit', () => {
          children.delete(pid)
          if (process) endings.set(nameOf(process), endingOf(spawned))
          exit('exited')
        })
        if (process) started(process)
        launched = process
      })
      const waiting = new AbortController()
      const ready = engine.driver.waitReady(engine.instance, AbortSignal.any([signal, waiting.signal]))
      try {
        const first = await Promise.race([ready, exited])
        if (first === 'exited') {
          if (launched) endings.delete(nameOf(launched))
          log.drain()
          throw await startFailure(engine, logFrom, child)
        }
      } finally {
        // Whoever lost the race is not waited for.
        ready.catch(() => {})
        waiting.abort()
      }
    },
    takeEnding: (process) => {
      const ending = endings.get(nameOf(process)) ?? null
      endings.delete(nameOf(process))
      return ending
    },
    waitForEnd: async (process, boundMs, signal) => {
      const waiting = new AbortController()
      const wake = (): void => waiting.abort()
      const child = children.get(process.pid)
      child?.once('exit', wake)
      const either = AbortSignal.any([signal, waiting.signal])
      await deps.timers.sleep(boundMs, { signal: either, ref: false }).catch(() => {})
      child?.off('exit', wake)
    },
  }
}

/** `spawned` is called before anything is waited for: what the engine forks is in its group only if the engine was there first. */
const spawnEngine = async (
  { driver, instance }: Engine,
  privileges: Pick<Privileges, 'drop'>,
  logPipe: number,
  spawned: (child: ChildProcess, pid: number) => void,
): Promise<ChildProcess> => {
  const { command: program, args: own, env } = driver.processSpec(instance)
  const { nodeId, dataDir, owner } = instance
  await access(program, constants.X_OK).catch((cause) => {
    throw cannotRun(program, cause)
  })
  const { command, args } = writingTo3(privileges.drop({ command: program, args: own }))
  const child = spawn(command, args, {
    cwd: dataDir,
    env: { ...env, [nodeMarker]: nodeId },
    // Its own session: what ends the agent, or the terminal it was started from, does not end the engine.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', logPipe],
    ...(owner ? { uid: owner.uid, gid: owner.gid } : {}),
  })
  child.unref()
  if (child.pid !== undefined) spawned(child, child.pid)
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(cannotRun(program, cause)))
  })
  return child
}

/**
 * The same program, with descriptor 3 as its output. Node makes the first three blocking in every child (`uv__process_child_init` of libuv 1.x),
 * and an engine must never wait for a reader of its log.
 */
const writingTo3 = ({ command, args }: Command): Command => ({
  command: 'sh',
  args: ['-c', 'exec "$@" >&3 2>&3 3>&-', 'sh', command, ...args],
})

const endingOf = ({ signalCode, exitCode }: ChildProcess): string =>
  signalCode ? `was ended by ${signalCode}` : `ended with exit code ${exitCode}`

const cannotRun = (program: string, cause: unknown): EngineFault => {
  const message = `the engine's program ${basename(program)} cannot be run: ${describeError(cause)}`
  return new EngineFault('ENGINE_START_FAILED', message, { cause })
}

/** What the engine's log tells since it was started, as a fault. */
const startFailure = async (
  { driver, instance }: Engine,
  logFrom: number,
  child: ChildProcess,
): Promise<EngineFault> => {
  const findings = driver.explainLog(instance, await readTail(instance.logFile, explainedLogBytes, logFrom))
  const detail = tellFindings(findings)
  const how = endingOf(child)
  return findings.some(({ kind }) => kind === 'disk-full')
    ? new EngineFault('DISK_FULL', 'the engine could not start: its disk is full', { retryable: true, detail })
    : new EngineFault('ENGINE_START_FAILED', `the engine ${how} before it was ready`, { detail })
}
