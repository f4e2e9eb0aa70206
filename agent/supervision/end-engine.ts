import type { Kernel } from '../../kernel/kernel.ts'
import { EngineFault } from '../engines/engine.ts'
import type { NodeRecord, ProcessId } from '../journal/nodes.ts'
import type { Layout } from '../layout.ts'
import type { EngineFinder } from './describe-engine.ts'
import { createEndings } from './endings.ts'
import type { Occupant } from './engine.ts'
import type { EngineLogs } from './engine-log.ts'
import { findBystanders, findProcesses, isUnburied } from './process-table.ts'
import { killAll, waitUntil } from './wait.ts'

export type EngineEnder = {
  /** The engine does not run. Cleanly where it can be, by force where that takes longer than `gracefulMs`, or nothing happens any more. */
  stop(record: NodeRecord, signal: AbortSignal, gracefulMs?: number): Promise<void>
  /**
   * Nothing of the instance runs, and what was in hand is lost. The engine ends itself where it can: one that is killed leaves the shared memory
   * that it has from the system, with nobody who would give it back.
   */
  discard(occupant: Occupant, signal: AbortSignal): Promise<void>
  /** Ends every process of the instance, at once. Others that are in its directory are left alone, and reported. */
  kill(occupant: Occupant, signal: AbortSignal): Promise<void>
  /** Gone are the processes of an earlier start that nobody knows of any more: it settles into a running engine, or ends. */
  settleStrays(record: NodeRecord, signal: AbortSignal): Promise<ProcessId | null>
  /**
   * Engines take their own lock files for held while the pid in them is, be it by a dead process: after a crash of the agent, that waits for
   * the host's init. Started before, an engine ends at once.
   */
  waitForBurial(dead: ProcessId | null, signal: AbortSignal): Promise<void>
  /** Whether this agent has told the process to end. */
  wasAsked(process: ProcessId): boolean
}

export type EngineEnderDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & {
  readonly finder: EngineFinder
  readonly layout: Pick<Layout, 'node'>
  readonly logs: EngineLogs
}

type Step = readonly [name: NodeJS.Signals, boundMs: number]

const pollMs = 20
const gracefulStopMs = 60_000
const immediateStopMs = 10_000
const killMs = 10_000
/** How long a process that was just started may take to make itself known by its pid file. */
const settleMs = 15_000

/** Ends engines. The caller sees to it that nobody else acts on the same instance. */
export const createEngineEnder = (deps: EngineEnderDeps): EngineEnder => {
  const { finder, layout, logs, timers, log } = deps
  const { describe, tryDescribe, traitsOf, findRunning } = finder
  const endings = createEndings(deps)

  /** Tells the engine to end by one signal after the other, and gives it so long for each. */
  const ask = async (
    occupant: Occupant,
    main: ProcessId | null,
    steps: readonly Step[],
    signal: AbortSignal,
  ): Promise<void> => {
    if (!main) return
    const traits = await traitsOf(occupant, signal)
    for (const [name, boundMs] of steps)
      await endings.ask({ main, processes: () => findProcesses(traits) }, name, boundMs, signal)
  }

  const kill: EngineEnder['kill'] = async (occupant, signal) => {
    const { nodeId } = occupant
    using _log = await logs.hold(nodeId)
    const traits = await traitsOf(occupant, signal)
    const gone = await killAll(timers, () => findProcesses(traits), timers.timeout(killMs))
    if (!gone) throw new EngineFault('ENGINE_NOT_KILLED', `processes of node ${nodeId} do not end`)
    const bystanders = findBystanders(layout.node(nodeId), traits)
    if (bystanders.length > 0)
      log.warn({ nodeId, bystanders }, 'processes that are not the engine work in the directory of an instance')
  }

  const settleStrays: EngineEnder['settleStrays'] = async (record, signal) => {
    const traits = await traitsOf(record, signal)
    if (findProcesses(traits).length === 0) return null
    let found: ProcessId | null = null
    const settled = await waitUntil(
      timers,
      async () => {
        found = record.port === null ? null : await findRunning(await describe(record, signal))
        return found !== null || findProcesses(traits).length === 0
      },
      pollMs,
      AbortSignal.any([signal, timers.timeout(settleMs)]),
    )
    signal.throwIfAborted()
    if (!settled) await kill(record, signal)
    return found
  }

  return {
    kill,
    settleStrays,
    wasAsked: endings.wasAsked,
    stop: async (record, signal, gracefulMs = gracefulStopMs) => {
      using _log = await logs.hold(record.nodeId)
      if (record.spec && record.port !== null) {
        const engine = await describe(record, signal)
        const process = (await findRunning(engine)) ?? (await settleStrays(record, signal))
        const { graceful, immediate } = engine.driver.stopSignals
        const steps: readonly Step[] = [
          [graceful, gracefulMs],
          [immediate, immediateStopMs],
        ]
        await ask(record, process, steps, signal)
      }
      await kill(record, signal)
    },
    discard: async (occupant, signal) => {
      using _log = await logs.hold(occupant.nodeId)
      const engine = await tryDescribe(occupant, signal)
      if (engine) {
        const { immediate } = engine.driver.stopSignals
        await ask(occupant, await findRunning(engine), [[immediate, immediateStopMs]], signal)
      }
      await kill(occupant, signal)
    },
    waitForBurial: async (dead, signal) => {
      if (!dead) return
      await waitUntil(timers, () => !isUnburied(dead), pollMs, AbortSignal.any([signal, timers.timeout(settleMs)]))
      signal.throwIfAborted()
    },
  }
}
