import { chown } from 'node:fs/promises'
import type { NodeId } from '../../domain/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { allEnded } from '../all-ended.ts'
import { EngineFault, type EngineLimits } from '../engines/engine.ts'
import { ensureDirectory } from '../files.ts'
import type { Cgroups } from '../isolation/cgroups.ts'
import type { NodeRecord, NodeRecords, ProcessId } from '../journal/nodes.ts'
import { type Layout, shortId } from '../layout.ts'
import { afterStart, isUnproven, refusedBy, sameConfiguration, type TellConfiguration } from './configurations.ts'
import type { EngineFinder } from './describe-engine.ts'
import type { EngineEnder } from './end-engine.ts'
import type { Engine } from './engine.ts'
import type { EngineCertificates } from './engine-certificates.ts'
import type { EngineLauncher } from './engine-launcher.ts'
import type { EngineLogs } from './engine-log.ts'
import type { NodePorts } from './node-ports.ts'
import { findProcesses, isAlive } from './process-table.ts'
import type { RecoveryRoom } from './recovery-room.ts'
import { waitUntil } from './wait.ts'

export type EngineStarter = {
  /**
   * The engine runs, is ready, and was started no earlier than this generation. Its data is in place already. Throws
   * `PORT_IN_USE`, `ENGINE_START_FAILED` with what the engine's log tells, `DISK_FULL`.
   */
  ensureRunning(nodeId: NodeId, atLeast: number, signal: AbortSignal): Promise<void>
}

export type EngineStarterDeps = Pick<Kernel, 'timers' | 'log'> & {
  readonly finder: EngineFinder
  readonly ender: EngineEnder
  readonly launcher: EngineLauncher
  readonly certificates: EngineCertificates
  readonly ports: NodePorts
  readonly room: RecoveryRoom
  readonly logs: EngineLogs
  readonly cgroups: Cgroups
  readonly layout: Layout
  readonly records: NodeRecords
  readonly tellConfiguration: TellConfiguration
}

const pollMs = 20
const portAttempts = 5

/** Starts engines, and takes over those that run. The caller sees to it that nobody else acts on the same instance. */
export const createEngineStarter = (deps: EngineStarterDeps): EngineStarter => {
  const { finder, ender, launcher, certificates, ports, room, logs, cgroups, layout, records, timers, log } = deps
  const { tellConfiguration } = deps
  const { describe, findRunning, noteStarted, traitsOf } = finder

  const prepare = async (record: NodeRecord, engine: Engine, limits: EngineLimits): Promise<void> => {
    const { nodeId, spec, owner } = record
    await ensureDirectory(layout.logDir(nodeId), 0o711)
    await ensureDirectory(engine.instance.runDir, 0o700)
    if (owner) await chown(engine.instance.runDir, owner.uid, owner.gid)
    await ensureDirectory(layout.tlsDir(nodeId), 0o711)
    if (spec) cgroups.ensure(shortId(nodeId), spec)
    await allEnded(certificates.ensure(engine), engine.driver.configure(engine.instance, limits))
  }

  const start = async (record: NodeRecord, signal: AbortSignal): Promise<void> => {
    const { nodeId } = record
    const started = (process: ProcessId): void => {
      cgroups.join(shortId(nodeId), process.pid)
      noteStarted(nodeId, process)
    }
    for (let attempt = 1; ; attempt += 1) {
      const placed = await ports.settle(record)
      const engine = await describe(placed, signal)
      const limits = await room.readyForStart(placed, signal)
      // First: the configuration, too, is written onto a volume that may have no file left.
      if (limits.clients === 'kept-out') await room.lend(placed, signal)
      await prepare(placed, engine, limits)
      try {
        await launcher.launch(engine, started, signal)
        return await room.takeBack(placed, engine, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (attempt >= portAttempts || !(await ports.wasLost(placed))) throw error
        log.info({ nodeId, port: placed.port }, 'the port was taken meanwhile: choosing another')
      }
    }
  }

  /** With the parameters that people wish, or, where it does not start with them, with those that it started with before: no value costs a database. */
  const startProven = async (record: NodeRecord, signal: AbortSignal): Promise<void> => {
    const { nodeId, configuration } = record
    let reason: string | null = null
    try {
      await start(record, signal)
    } catch (error) {
      if (!isUnproven(record) || !(error instanceof EngineFault) || error.code !== 'ENGINE_START_FAILED') throw error
      reason = told(refusedBy(configuration.wanted, error))
      log.warn(
        { nodeId, err: error },
        'the engine did not start with its new parameters: it is started with those of before',
      )
      await start(records.update(nodeId, { configuration: { ...configuration, wanted: configuration.proven } }), signal)
    }
    const settled = afterStart(record, reason)
    if (sameConfiguration(settled, configuration)) return
    records.update(nodeId, { configuration: settled })
    tellConfiguration(nodeId)
  }

  /** True once the engine of this process is ready; false when it ends instead, whatever made it. */
  const adopt = async (
    record: NodeRecord,
    { driver, instance }: Engine,
    process: ProcessId,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const { nodeId } = record
    const isLeaving = async (): Promise<boolean> =>
      !isAlive(process) || ender.wasAsked(process) || (await driver.isEnding(instance))
    if (await isLeaving()) return false
    cgroups.follow(shortId(nodeId), instance.spec)
    for (const { pid } of findProcesses(await traitsOf(record, signal))) cgroups.join(shortId(nodeId), pid)
    const waiting = new AbortController()
    const either = AbortSignal.any([signal, waiting.signal])
    const ready = driver.waitReady(instance, either).then(() => true)
    const leaves = waitUntil(timers, isLeaving, pollMs, either).then(() => false)
    try {
      return (await Promise.race([ready, leaves])) && !(await isLeaving())
    } catch (error) {
      signal.throwIfAborted()
      // It ended while it was waited for, which is no failure of a start.
      if (await isLeaving()) return false
      throw error
    } finally {
      waiting.abort()
      await Promise.allSettled([ready, leaves])
    }
  }

  return {
    ensureRunning: async (nodeId, atLeast, signal) => {
      using _log = await logs.hold(nodeId)
      const known = records.update(nodeId, {})
      const generation = Math.max(atLeast, known.asked)
      const record = known.port === null ? await ports.claim(known) : known
      const engine = await describe(record, signal)
      const found = (await findRunning(engine)) ?? (await ender.settleStrays(record, signal))
      const adopted = found !== null && record.generation >= generation && (await adopt(record, engine, found, signal))
      if (adopted) await room.takeBack(record, engine, signal)
      else {
        if (found) await ender.stop(records.update(nodeId, { asked: generation }), signal)
        await ender.waitForBurial(found ?? known.process, signal)
        await startProven(records.update(nodeId, { generation, process: null }), signal)
      }
      records.update(nodeId, { portKept: true })
    },
  }
}

const told = ({ message, detail }: EngineFault): string => (detail === undefined ? message : `${message}: ${detail}`)
