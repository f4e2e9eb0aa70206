import type { NodeId } from '../../domain/ids.ts'
import { useInWords, type VolumeStage, type VolumeUse } from '../../domain/values/volume-use.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AgentConfig } from '../config.ts'
import { describeError } from '../describe-error.ts'
import { EngineFault } from '../engines/engine.ts'
import { readTail, sizeOf } from '../files.ts'
import type { NodeRecord, NodeRecords, ProcessId } from '../journal/nodes.ts'
import type { Engine } from './engine.ts'
import type { EngineControl } from './engine-control.ts'
import { createLoginHurry, type HurryDeps } from './hurry-logins.ts'
import {
  type Incident,
  type IncidentDeps,
  incidentOfForce,
  incidentOfProcess,
  incidentOfSessions,
} from './incidents.ts'
import { isAlive } from './process-table.ts'
import type { SetHealth } from './report-health.ts'
import { createRestartDelay } from './restart-delay.ts'
import { createUsabilityWatch, type UsabilityDeps } from './watch-usability.ts'
import { createVolumeWatch, type SeenVolume } from './watch-volume.ts'

export type WatchDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & {
  readonly config: AgentConfig
  readonly control: EngineControl
  readonly records: NodeRecords
  /** Waits until it is known whether the host may start what it was to run before. */
  readonly leaveToStart: (signal: AbortSignal) => Promise<void>
  /** As of `Volumes`, each of the node's own. */
  readonly volumes: {
    attach(nodeId: NodeId, signal: AbortSignal): Promise<void>
    keepRoom(nodeId: NodeId, signal: AbortSignal): Promise<void>
    measure(nodeId: NodeId, signal: AbortSignal): Promise<VolumeUse | null>
  }
  readonly setHealth: SetHealth
  readonly setUse: (nodeId: NodeId, use: VolumeUse) => void
}

/** How soon the end of a process that is not the agent's child is noticed. */
const aliveIntervalMs = 1000
const startTimeoutMs = 300_000
const explainedLogBytes = 16 * 1024
/** An engine that stays useless after a forced restart is left alone for twice as long each time, up to this. */
const longestUselessMs = 900_000

/** Keeps one engine running until the signal aborts, whatever happens to it. */
export const watchEngine = async (deps: WatchDeps, nodeId: NodeId, signal: AbortSignal): Promise<void> => {
  const { clock, timers, log, setHealth } = deps
  const restartDelay = createRestartDelay()
  let forced = 0
  while (!signal.aborted) {
    try {
      const running = await find(deps, nodeId, signal)
      if (!running) {
        const isWanted = await start(deps, nodeId, signal)
        if (!isWanted) return
        continue
      }
      const patienceMs = Math.min(longestUselessMs, deps.config.uselessAfterMs * 2 ** forced)
      const end = await attend({ ...deps, patienceMs }, nodeId, running.engine, running.process, signal)
      if (signal.aborted || !end) return
      forced = end.forced ? (end.served ? 1 : forced + 1) : 0
      setHealth(nodeId, 'UNHEALTHY', end.incident.reason, { incident: end.incident })
    } catch (error) {
      if (signal.aborted) return
      setHealth(nodeId, 'UNHEALTHY', describeError(error))
      log.warn({ nodeId, err: error }, 'an engine could not be started')
    }
    await timers.sleep(restartDelay.next(clock.elapsedMs()), { signal, ref: false }).catch(() => {})
  }
}

/** False if the engine is not to run any more. */
const start = async (deps: WatchDeps, nodeId: NodeId, signal: AbortSignal): Promise<boolean> => {
  // It ended while nobody looked: no agent ran, or an operation was in hand.
  if (deps.records.get(nodeId)?.health === 'HEALTHY')
    deps.setHealth(nodeId, 'UNHEALTHY', 'the engine was found not to run')
  await deps.leaveToStart(signal)
  const record = deps.records.get(nodeId)
  if (record?.desired !== 'running') return false
  deps.log.info({ nodeId }, 'starting an engine that should run and does not')
  const bound = AbortSignal.any([signal, deps.timers.timeout(startTimeoutMs)])
  await deps.volumes.attach(nodeId, bound)
  await deps.control.ensureRunning(nodeId, record.generation, bound)
  return true
}

const find = async (
  { control, records }: WatchDeps,
  nodeId: NodeId,
  signal: AbortSignal,
): Promise<{ engine: Engine; process: ProcessId } | null> => {
  const record = records.get(nodeId)
  if (!record) return null
  const engine = await control.describe(record, signal)
  const process = await control.findRunning(engine)
  return process && { engine, process }
}

/** `forced`: the agent ended it. `served`: it had answered before. */
type End = { readonly incident: Incident; readonly forced: boolean; readonly served: boolean }

/** `patienceMs`: how long an engine that has not served yet may be useless. */
type AttendDeps = WatchDeps & { readonly patienceMs: number }

/** Looks at the engine until its process ends, and ends it when it serves nobody. Null when the signal aborts first. */
const attend = async (
  deps: AttendDeps,
  nodeId: NodeId,
  engine: Engine,
  process: ProcessId,
  signal: AbortSignal,
): Promise<End | null> => {
  const { config, control, clock, log, setHealth } = deps
  const { driver, instance } = engine
  const known = deps.records.get(nodeId)?.volumeStage ?? 'ROOMY'
  const volumeWatch = createVolumeWatch(volumeWatchDeps(deps, nodeId), nodeId, known)
  let limitedFor: VolumeStage | null = null
  using engineLog = await control.holdLog(nodeId)
  const logFrom = Math.max(0, (await sizeOf(instance.logFile)) - explainedLogBytes)
  const usability = createUsabilityWatch(usabilityDeps(deps, engine, process))
  const logins = createLoginHurry(hurryDeps(deps, engine))
  let served = false
  let nextLimitAt = 0
  let nextCheckAt = 0
  let nextUpkeepAt = clock.elapsedMs() + config.upkeepIntervalMs
  while (!signal.aborted && isAlive(process)) {
    const volume = await volumeWatch.look(signal)
    if (volume.stage !== limitedFor && clock.elapsedMs() >= nextLimitAt) {
      limitedFor = await limit(deps, engine, { ...volume, before: limitedFor ?? known }, signal)
      // One that does not take it now may not answer at all, which must be found out meanwhile.
      if (limitedFor === null) nextLimitAt = clock.elapsedMs() + config.healthIntervalMs
      else nextCheckAt = 0
    }
    if (clock.elapsedMs() >= nextCheckAt) {
      const look = await usability.look(signal)
      await logins.heed(look)
      if (look.is === 'serves') {
        served = true
        tellServing(deps, nodeId, volume, incidentOfSessions(incidentDeps(deps, nodeId), look.crashed))
      } else if (look.is === 'useless' && isAlive(process)) {
        log.warn({ nodeId, reason: look.reason }, 'restarting an engine that serves no clients')
        await endUseless(deps, nodeId, look.ending, signal)
        return { incident: incidentOfForce(incidentDeps(deps, nodeId), look.reason), forced: true, served }
      } else if (look.is === 'ails' && isAlive(process)) {
        setHealth(nodeId, 'UNHEALTHY', look.reason)
      }
      nextCheckAt = clock.elapsedMs() + config.healthIntervalMs
    }
    if (clock.elapsedMs() >= nextUpkeepAt) {
      await keepUp(deps, nodeId, engine, signal)
      nextUpkeepAt = clock.elapsedMs() + config.upkeepIntervalMs
    }
    await control.waitForEnd(process, Math.min(aliveIntervalMs, volumeWatch.dueInMs()), signal)
  }
  if (signal.aborted) return null
  engineLog.drain()
  const findings = driver.explainLog(instance, await readTail(instance.logFile, explainedLogBytes, logFrom))
  const incident = incidentOfProcess(incidentDeps(deps, nodeId), control.takeEnding(process), findings)
  return { incident, forced: false, served }
}

const usabilityDeps = (
  { config, control, records, clock, timers, patienceMs }: AttendDeps,
  engine: Engine,
  main: ProcessId,
): UsabilityDeps => {
  const { driver, instance } = engine
  const nodeId = instance.nodeId as NodeId
  const record = (): NodeRecord | null => records.get(nodeId)
  let nextEndpointCheckAt = 0
  /** Healthy is said of an engine that clients have reached where they were told to, and is looked at again now and then. */
  const verifyAsClientsDo = async (signal: AbortSignal): Promise<void> => {
    const isHealthy = record()?.health === 'HEALTHY'
    if (isHealthy && clock.elapsedMs() < nextEndpointCheckAt) return
    try {
      await (isHealthy ? driver.checkEndpoint(instance, signal) : driver.verifyEndpoint(instance, [], signal))
    } catch (error) {
      // A certificate whose time has come since the last look, or that lacks an address which clients were told since.
      const isDistrusted = error instanceof EngineFault && error.code === 'ENDPOINT_NOT_TRUSTED'
      if (isDistrusted) await control.keepCertificate(engine, signal)
      throw error
    }
    nextEndpointCheckAt = clock.elapsedMs() + config.endpointIntervalMs
  }
  return {
    clock,
    timers,
    main,
    processes: async (signal) => {
      const known = record()
      return known ? control.processes(known, signal) : []
    },
    ask: (signal) => driver.checkHealth(instance, signal),
    verify: verifyAsClientsDo,
    isEnding: () => driver.isEnding(instance),
    timeoutMs: config.healthTimeoutMs,
    uselessAfterMs: config.uselessAfterMs,
    patienceMs,
  }
}

/** One that is ending has sessions that may end in order; one that stands still or is broken has nothing to lose. */
const endUseless = async (
  { config, control, records }: WatchDeps,
  nodeId: NodeId,
  ending: boolean,
  signal: AbortSignal,
): Promise<void> => {
  const record = records.get(nodeId)
  if (!record) return
  if (ending) await control.stop(record, signal, config.lastStopMs)
  else await control.kill(record, signal)
}

const hurryDeps = ({ clock, log }: WatchDeps, { driver, instance }: Engine): HurryDeps => ({
  hurry: async (hurried) => driver.hurryLogins?.(instance, hurried),
  changed: (hurried) => {
    const what = hurried
      ? 'connections that do not log in keep everybody out of an engine: they are dropped as soon as can be'
      : 'connections that do not log in have their ordinary time again'
    log.warn({ nodeId: instance.nodeId }, what)
  },
  failed: (error) =>
    log.warn({ nodeId: instance.nodeId, err: error }, 'the time to log in could not be set for an engine'),
  elapsedMs: clock.elapsedMs,
})

const incidentDeps = ({ clock, control, records }: WatchDeps, nodeId: NodeId): IncidentDeps => ({
  clock,
  known: records.get(nodeId) ?? { memoryKills: 0, spec: null },
  memoryKills: control.memoryKills(nodeId),
})

const volumeWatchDeps = ({ volumes, setUse, clock, log }: WatchDeps, nodeId: NodeId) => ({
  measure: async (measured: NodeId, signal: AbortSignal) => {
    const use = await volumes.measure(measured, signal)
    if (use) setUse(measured, use)
    return use
  },
  failed: (error: unknown) => log.warn({ nodeId, err: error }, 'the volume of an instance could not be measured'),
  elapsedMs: clock.elapsedMs,
})

/** The engine refuses writes if, and only if, its volume is full. Answers the stage that it is set up for; null when that could not be done. */
const limit = async (
  { config, control, timers, log }: WatchDeps,
  engine: Engine,
  { stage, before }: { readonly stage: VolumeStage; readonly before: VolumeStage },
  signal: AbortSignal,
): Promise<VolumeStage | null> => {
  const nodeId = engine.instance.nodeId as NodeId
  const bound = AbortSignal.any([signal, timers.timeout(config.healthTimeoutMs)])
  try {
    await control.takeRoomBack(nodeId, engine, bound)
    await control.limit(engine, stage, bound)
    // Later on, writes are of those who make room.
    if (stage === 'FULL' && before !== 'FULL') await engine.driver.room?.endWrites(engine.instance, bound)
    return stage
  } catch (error) {
    if (!signal.aborted) log.error({ nodeId, stage, err: error }, 'an engine could not be told how full its volume is')
    return null
  }
}

const tellServing = (
  { records, clock, setHealth }: WatchDeps,
  nodeId: NodeId,
  { stage, told: toldStage, use }: SeenVolume,
  news: Incident | null,
): void => {
  const told = records.get(nodeId)?.incident
  const isOver = told && clock.now() >= Date.parse(told.until)
  const incident = news?.reason ?? (isOver ? null : (told?.reason ?? null))
  const known = { volumeStage: toldStage, ...(news ? { incident: news } : isOver && { incident: null }) }
  const words = use ? useInWords(use) : ''
  const say = (...parts: readonly (string | null)[]): string => parts.filter(Boolean).join('; ')
  if (toldStage === 'FULL') {
    const writes = stage === 'FULL' ? 'writes are refused' : 'writes are taken again'
    setHealth(nodeId, 'UNHEALTHY', say(`${words}: ${writes}`, incident), known)
  } else {
    const reason = say(toldStage === 'ROOMY' ? null : words, incident)
    setHealth(nodeId, 'HEALTHY', reason || 'the engine answers', known)
  }
}

/** What gets worse by itself while an engine runs well. */
const keepUp = async (
  { control, log, volumes }: WatchDeps,
  nodeId: NodeId,
  engine: Engine,
  signal: AbortSignal,
): Promise<void> => {
  await control.keepCertificate(engine, signal).catch((error: unknown) => {
    log.warn({ nodeId, err: error }, 'the certificate of an engine could not be renewed')
  })
  await volumes.keepRoom(nodeId, signal).catch((error: unknown) => {
    if (!signal.aborted) log.warn({ nodeId, err: error }, 'the room that a volume has lost could not be taken back')
  })
}
