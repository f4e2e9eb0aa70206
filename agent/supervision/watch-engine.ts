import { setTimeout as delay } from 'node:timers/promises'
import type { InstanceId } from '../../domain/ids.ts'
import { useInWords, type VolumeStage, type VolumeUse } from '../../domain/values/volume-use.ts'
import type { AgentConfig } from '../config.ts'
import { describeError } from '../describe-error.ts'
import { tellFindings } from '../engines/engine.ts'
import { readTail, sizeOf } from '../files.ts'
import type { InstanceRecords, ProcessId } from '../journal/instances.ts'
import type { AgentLog } from '../log.ts'
import { createBackoff } from './backoff.ts'
import type { Engine, EngineControl } from './engine-control.ts'
import { boundEngineLog } from './engine-log.ts'
import { isAlive } from './process-table.ts'
import type { Supervisor } from './supervisor.ts'
import { createVolumeWatch, type SeenVolume } from './watch-volume.ts'

export type WatchDeps = {
  readonly config: AgentConfig
  readonly control: EngineControl
  readonly records: InstanceRecords
  readonly log: AgentLog
  /** As of `Volumes`, each of the instance's own. */
  readonly volumes: {
    attach(instanceId: InstanceId, signal: AbortSignal): Promise<void>
    keepRoom(instanceId: InstanceId, signal: AbortSignal): Promise<void>
    measure(instanceId: InstanceId, signal: AbortSignal): Promise<VolumeUse | null>
  }
  readonly setHealth: Supervisor['setHealth']
  readonly setUse: (instanceId: InstanceId, use: VolumeUse) => void
}

/** How soon the end of a process that is not the agent's child is noticed. */
const aliveIntervalMs = 1000
/** The same while a volume may be full at any moment. */
const fillingIntervalMs = 100
const startTimeoutMs = 300_000
const healthTimeoutMs = 5000
/** One missed answer on a busy host is no news. */
const failuresUntilUnhealthy = 2
const explainedLogBytes = 16 * 1024

/** Keeps one engine running until the signal aborts, whatever happens to it. */
export const watchEngine = async (deps: WatchDeps, instanceId: InstanceId, signal: AbortSignal): Promise<void> => {
  const { log, setHealth } = deps
  const backoff = createBackoff()
  while (!signal.aborted) {
    try {
      const running = await find(deps, instanceId, signal)
      if (!running) {
        await start(deps, instanceId, signal)
        continue
      }
      const diedBecause = await attend(deps, instanceId, running.engine, running.process, signal)
      if (!signal.aborted) setHealth(instanceId, 'UNHEALTHY', diedBecause)
    } catch (error) {
      if (signal.aborted) return
      setHealth(instanceId, 'UNHEALTHY', describeError(error))
      log.warn({ instanceId, err: error }, 'an engine could not be started')
    }
    await delay(backoff.next(performance.now()), undefined, { signal, ref: false }).catch(() => {})
  }
}

const start = async (deps: WatchDeps, instanceId: InstanceId, signal: AbortSignal): Promise<void> => {
  const record = deps.records.get(instanceId)
  // It ended while nobody looked: no agent ran, or an operation was in hand.
  if (record?.health === 'HEALTHY') deps.setHealth(instanceId, 'UNHEALTHY', 'the engine was found not to run')
  deps.log.info({ instanceId }, 'starting an engine that should run and does not')
  const bound = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)])
  await deps.volumes.attach(instanceId, bound)
  await deps.control.ensureRunning(instanceId, record?.generation ?? 0, bound)
}

const find = async (
  { control, records }: WatchDeps,
  instanceId: InstanceId,
  signal: AbortSignal,
): Promise<{ engine: Engine; process: ProcessId } | null> => {
  const record = records.get(instanceId)
  if (!record) return null
  const engine = await control.describe(record, signal)
  const process = await control.findRunning(engine)
  return process && { engine, process }
}

/** Looks at the engine until its process ends, and answers why it did as far as its log tells. */
const attend = async (
  deps: WatchDeps,
  instanceId: InstanceId,
  engine: Engine,
  process: ProcessId,
  signal: AbortSignal,
): Promise<string> => {
  const { config, control, log, setHealth } = deps
  const { driver, instance } = engine
  const known = deps.records.get(instanceId)?.volumeStage ?? 'ROOMY'
  const volumeWatch = createVolumeWatch(volumeWatchDeps(deps, instanceId), instanceId, known)
  let limitedFor: VolumeStage | null = null
  const logFrom = Math.max(0, (await sizeOf(instance.logFile)) - explainedLogBytes)
  let failures = 0
  let nextCheckAt = 0
  let nextUpkeepAt = performance.now() + config.upkeepIntervalMs
  while (!signal.aborted && isAlive(process)) {
    const volume = await volumeWatch.look(signal)
    if (volume.stage !== limitedFor) {
      limitedFor = await limit(deps, engine, process, { ...volume, before: limitedFor ?? known }, signal)
      nextCheckAt = 0
    }
    if (performance.now() >= nextCheckAt) {
      try {
        await driver.checkHealth(instance, AbortSignal.any([signal, AbortSignal.timeout(healthTimeoutMs)]))
        failures = 0
        tellServing(deps, instanceId, volume)
      } catch (error) {
        failures += 1
        if (failures >= failuresUntilUnhealthy && !signal.aborted && isAlive(process)) {
          setHealth(instanceId, 'UNHEALTHY', describeError(error))
        }
      }
      await boundEngineLog(instance.logFile, config.engineLogLimitBytes).catch((error: unknown) => {
        log.warn({ instanceId, err: error }, 'the log of an engine could not be bounded')
      })
      nextCheckAt = performance.now() + config.healthIntervalMs
    }
    if (performance.now() >= nextUpkeepAt) {
      await keepUp(deps, instanceId, engine, process, signal)
      nextUpkeepAt = performance.now() + config.upkeepIntervalMs
    }
    await control.waitForEnd(process, volume.stage === 'NEARLY_FULL' ? fillingIntervalMs : aliveIntervalMs, signal)
  }
  const findings = driver.explainLog(instance, await readTail(instance.logFile, explainedLogBytes, logFrom))
  return `the engine's process ended: ${tellFindings(findings)}`
}

const volumeWatchDeps = ({ volumes, setUse, log }: WatchDeps, instanceId: InstanceId) => ({
  measure: async (measured: InstanceId, signal: AbortSignal) => {
    const use = await volumes.measure(measured, signal)
    if (use) setUse(measured, use)
    return use
  },
  failed: (error: unknown) => log.warn({ instanceId, err: error }, 'the volume of an instance could not be measured'),
  elapsedMs: () => performance.now(),
})

/** The engine refuses writes if, and only if, its volume is full. Answers the stage that it is set up for; null when that could not be done. */
const limit = async (
  { control, log }: WatchDeps,
  engine: Engine,
  process: ProcessId,
  { stage, before }: { readonly stage: VolumeStage; readonly before: VolumeStage },
  signal: AbortSignal,
): Promise<VolumeStage | null> => {
  const { instanceId } = engine.instance
  try {
    await control.limitWrites(engine, process, stage === 'FULL' ? 'refused' : 'served')
    // Later on, writes are of those who make room.
    if (stage === 'FULL' && before !== 'FULL') await engine.driver.endWrites(engine.instance, signal)
    return stage
  } catch (error) {
    if (!signal.aborted)
      log.error({ instanceId, stage, err: error }, 'an engine could not be told to refuse or take writes')
    return null
  }
}

const tellServing = ({ setHealth }: WatchDeps, instanceId: InstanceId, { stage, use }: SeenVolume): void => {
  const words = use ? useInWords(use) : ''
  if (stage === 'FULL') setHealth(instanceId, 'UNHEALTHY', `${words}: writes are refused`, stage)
  else setHealth(instanceId, 'HEALTHY', stage === 'ROOMY' ? 'the engine answers' : words, stage)
}

/** What gets worse by itself while an engine runs well. */
const keepUp = async (
  { control, log, volumes }: WatchDeps,
  instanceId: InstanceId,
  engine: Engine,
  process: ProcessId,
  signal: AbortSignal,
): Promise<void> => {
  await control.keepCertificate(instanceId, engine, process).catch((error: unknown) => {
    log.warn({ instanceId, err: error }, 'the certificate of an engine could not be renewed')
  })
  await volumes.keepRoom(instanceId, signal).catch((error: unknown) => {
    if (!signal.aborted) log.warn({ instanceId, err: error }, 'the room that a volume has lost could not be taken back')
  })
}
