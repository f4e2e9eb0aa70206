import { randomInt } from 'node:crypto'
import { chown } from 'node:fs/promises'
import type { InstanceId } from '../../domain/ids.ts'
import type { VolumeStage } from '../../domain/values/volume-use.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { allEnded } from '../all-ended.ts'
import type { AgentConfig } from '../config.ts'
import { type EngineDriver, EngineFault, type EngineInstance, type EngineLimits } from '../engines/engine.ts'
import { ensureDirectory } from '../files.ts'
import { volumePlace } from '../host.ts'
import type { Identity } from '../identity.ts'
import type { Installations } from '../installations.ts'
import type { Cgroups } from '../isolation/cgroups.ts'
import type { Privileges } from '../isolation/privileges.ts'
import { isAccount } from '../isolation/unix-users.ts'
import type { VolumeKind, Volumes } from '../isolation/volumes.ts'
import type { InstanceRecord, InstanceRecords, ProcessId } from '../journal/instances.ts'
import type { Journal } from '../journal/journal.ts'
import { type Layout, shortId } from '../layout.ts'
import type { Run } from '../run.ts'
import type { CertificateAuthority } from '../tls/authority.ts'
import { createEndings } from './endings.ts'
import { createEngineLauncher } from './engine-launcher.ts'
import { createEngineLogs, type HeldLog } from './engine-log.ts'
import { createInstancePorts } from './instance-ports.ts'
import {
  findBystanders,
  findProcesses,
  identifyProcess,
  isAlive,
  isUnburied,
  type ProcessTraits,
} from './process-table.ts'
import { createRecoveryRoom } from './recovery-room.ts'
import { killAll, sendSignal, waitUntil } from './wait.ts'

export type EngineControlDeps = {
  readonly config: AgentConfig
  readonly layout: Layout
  readonly identity: Identity
  readonly installations: Installations
  readonly authority: CertificateAuthority
  readonly cgroups: Cgroups
  readonly volumes: (kind: VolumeKind) => Volumes
  readonly privileges: Privileges
  readonly records: InstanceRecords
  readonly journal: Journal
  readonly run: Run
  readonly log: Log
  readonly clock: WallClock
}

/** An instance with the driver that can act on it. */
export type Engine = { readonly driver: EngineDriver; readonly instance: EngineInstance }

/** By what the processes of an instance are known, also of one that there is no record of. */
export type Occupant = Pick<InstanceRecord, 'instanceId' | 'owner' | 'spec' | 'port'>

export type EngineControl = ReturnType<typeof createEngineControl>

const pollMs = 20
const gracefulStopMs = 60_000
const immediateStopMs = 10_000
const killMs = 10_000
/** How long a process that was just started may take to make itself known by its pid file. */
const settleMs = 15_000
const portAttempts = 5

/** Starts, finds and stops the engine of an instance. The caller sees to it that nobody else acts on the same instance. */
export const createEngineControl = (deps: EngineControlDeps) => {
  const { config, layout, identity, installations, authority, cgroups, volumes, records, journal, log, clock } = deps
  const ports = createInstancePorts(config, records, randomInt)
  const logs = createEngineLogs({
    run: deps.run,
    layout,
    limitBytes: config.engineLogLimitBytes,
    failed: (instanceId, error) => log.warn({ instanceId, err: error }, 'the log of an engine could not be written'),
  })
  const launcher = createEngineLauncher({ privileges: deps.privileges, logs })
  const placeOf = ({ instanceId }: InstanceRecord) => volumePlace(layout, instanceId)
  const room = createRecoveryRoom({ volumes, placeOf, log })
  const endings = createEndings()

  /** Throws if the instance never got as far as having an engine. */
  const describe = async (record: Occupant, signal: AbortSignal): Promise<Engine> => {
    const { instanceId, spec, port } = record
    if (!spec || port === null)
      throw new EngineFault('ENGINE_MISSING', `instance ${instanceId} has no engine on this host`)
    const { driver, installation } = await installations.find(spec.datastore, spec.version, signal)
    const owner = record.owner && { user: record.owner.user, uid: record.owner.uid, gid: record.owner.gid }
    const instance: EngineInstance = {
      instanceId,
      spec,
      installation,
      owner,
      dataDir: layout.dataDir(instanceId),
      runDir: layout.runDir(instanceId),
      logFile: layout.logFile(instanceId),
      listen: { address: config.listenAddress, port },
      publishedAs: config.address,
      tls: layout.tlsFiles(instanceId),
      monitorPassword: identity.monitorPassword(instanceId),
    }
    return { driver, instance }
  }

  const traitsOf = async (occupant: Occupant, signal: AbortSignal): Promise<ProcessTraits> => {
    const { instanceId, owner } = occupant
    const engine = await tryDescribe(occupant, signal)
    const program = engine ? engine.driver.processSpec(engine.instance).command : null
    const uid = owner?.uid ?? process.getuid?.()
    return {
      instanceId,
      ownUid: owner?.own && isAccount(owner) ? owner.uid : null,
      engine: program === null || uid === undefined ? null : { uid, program, directory: layout.instance(instanceId) },
    }
  }

  /** Null where there is no engine, or not its program any more: what of it runs on is then known by its marker or its account. */
  const tryDescribe = async (occupant: Occupant, signal: AbortSignal): Promise<Engine | null> => {
    if (!occupant.spec || occupant.port === null) return null
    try {
      return await describe(occupant, signal)
    } catch (error) {
      if (error instanceof EngineFault && error.code === 'ENGINE_NOT_INSTALLED') return null
      throw error
    }
  }

  /** The engine's main process. One that is seen for the first time is noted as a start: of the record's generation. */
  const findRunning = async ({ driver, instance }: Engine): Promise<ProcessId | null> => {
    const pid = await driver.findProcess(instance)
    const found = pid === null ? null : identifyProcess(pid)
    if (found) noteStarted(instance.instanceId as InstanceId, found)
    return found
  }

  const noteStarted = (instanceId: InstanceId, process: ProcessId): void => {
    const known = records.get(instanceId)
    if (!known || (known.process?.pid === process.pid && known.process.startedAtTicks === process.startedAtTicks))
      return
    journal.recordEffect(instanceId, 'engine-started', `generation ${known.generation}`, isoNow(clock), () =>
      records.update(instanceId, { process }),
    )
  }

  /** Clients that were told another address before, and have not been told the new one, still connect there. */
  const ensureCertificate = (instanceId: InstanceId, { instance }: Engine) => {
    const former = records.get(instanceId)?.addresses ?? []
    const addresses = [...former.filter((address) => address !== config.address), config.address]
    records.update(instanceId, { addresses })
    return authority.ensureServerCertificate({
      directory: layout.tlsDir(instanceId),
      addresses: [config.address, config.listenAddress, ...former],
      owner: instance.owner,
    })
  }

  const prepare = async (record: InstanceRecord, engine: Engine, limits: EngineLimits): Promise<void> => {
    const { instanceId, spec, owner } = record
    await ensureDirectory(layout.logDir(instanceId), 0o711)
    await ensureDirectory(engine.instance.runDir, 0o700)
    if (owner) await chown(engine.instance.runDir, owner.uid, owner.gid)
    await ensureDirectory(layout.tlsDir(instanceId), 0o711)
    if (spec) cgroups.ensure(shortId(instanceId), spec)
    await allEnded(ensureCertificate(instanceId, engine), engine.driver.configure(engine.instance, limits))
  }

  /** Gone are the processes of an earlier start that nobody knows of any more: it settles into a running engine, or ends. */
  const settleStrays = async (record: InstanceRecord, signal: AbortSignal): Promise<ProcessId | null> => {
    const traits = await traitsOf(record, signal)
    if (findProcesses(traits).length === 0) return null
    let found: ProcessId | null = null
    const settled = await waitUntil(
      async () => {
        found = record.port === null ? null : await findRunning(await describe(record, signal))
        return found !== null || findProcesses(traits).length === 0
      },
      pollMs,
      AbortSignal.any([signal, AbortSignal.timeout(settleMs)]),
    )
    signal.throwIfAborted()
    if (!settled) await kill(record, signal)
    return found
  }

  /**
   * Engines take their own lock files for held while the pid in them is, be it by a dead process: after a crash of the agent, that waits for
   * the host's init. Started before, an engine ends at once.
   */
  const waitForBurial = async (dead: ProcessId | null, signal: AbortSignal): Promise<void> => {
    if (!dead) return
    await waitUntil(() => !isUnburied(dead), pollMs, AbortSignal.any([signal, AbortSignal.timeout(settleMs)]))
    signal.throwIfAborted()
  }

  const start = async (record: InstanceRecord, signal: AbortSignal): Promise<void> => {
    const { instanceId } = record
    const started = (process: ProcessId): void => {
      cgroups.join(shortId(instanceId), process.pid)
      noteStarted(instanceId, process)
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
        log.info({ instanceId, port: placed.port }, 'the port was taken meanwhile: choosing another')
      }
    }
  }

  /** Ends every process of the instance, at once. Others that are in its directory are left alone, and reported. */
  const kill = async (occupant: Occupant, signal: AbortSignal): Promise<void> => {
    const { instanceId } = occupant
    using _log = await logs.hold(instanceId)
    const traits = await traitsOf(occupant, signal)
    const gone = await killAll(() => findProcesses(traits), AbortSignal.timeout(killMs))
    if (!gone) throw new EngineFault('ENGINE_NOT_KILLED', `processes of instance ${instanceId} do not end`)
    const bystanders = findBystanders(layout.instance(instanceId), traits)
    if (bystanders.length > 0)
      log.warn({ instanceId, bystanders }, 'processes that are not the engine work in the directory of an instance')
  }

  /** The engine does not run. Cleanly where it can be, by force where that takes longer than `gracefulMs`. */
  const stop = async (record: InstanceRecord, signal: AbortSignal, gracefulMs = gracefulStopMs): Promise<void> => {
    using _log = await logs.hold(record.instanceId)
    if (record.spec && record.port !== null) {
      const engine = await describe(record, signal)
      const process = (await findRunning(engine)) ?? (await settleStrays(record, signal))
      const { graceful, immediate } = engine.driver.stopSignals
      await endings.ask(process, graceful, gracefulMs, signal)
      await endings.ask(process, immediate, immediateStopMs, signal)
    }
    await kill(record, signal)
  }

  /**
   * Nothing of the instance runs, and what was in hand is lost. The engine ends itself where it can: one that is killed leaves the shared memory
   * that it has from the system, with nobody who would give it back.
   */
  const discard = async (occupant: Occupant, signal: AbortSignal): Promise<void> => {
    using _log = await logs.hold(occupant.instanceId)
    const engine = await tryDescribe(occupant, signal)
    if (engine) {
      const process = await findRunning(engine)
      await endings.ask(process, engine.driver.stopSignals.immediate, immediateStopMs, signal)
    }
    await kill(occupant, signal)
  }

  /** True once the engine of this process is ready; false when it ends instead, whatever made it. */
  const adopt = async (
    record: InstanceRecord,
    { driver, instance }: Engine,
    process: ProcessId,
    signal: AbortSignal,
  ): Promise<boolean> => {
    const { instanceId } = record
    const isLeaving = async (): Promise<boolean> =>
      !isAlive(process) || endings.wasAsked(process) || (await driver.isEnding(instance))
    if (await isLeaving()) return false
    cgroups.ensure(shortId(instanceId), instance.spec)
    for (const { pid } of findProcesses(await traitsOf(record, signal))) cgroups.join(shortId(instanceId), pid)
    const waiting = new AbortController()
    const either = AbortSignal.any([signal, waiting.signal])
    const ready = driver.waitReady(instance, either).then(() => true)
    const leaves = waitUntil(isLeaving, pollMs, either).then(() => false)
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
    describe,
    findRunning,
    stop,
    discard,

    /**
     * The engine runs, is ready, and was started no earlier than this generation. Its data is in place already. Throws
     * `PORT_IN_USE`, `ENGINE_START_FAILED` with what the engine's log tells, `DISK_FULL`.
     */
    ensureRunning: async (instanceId: InstanceId, atLeast: number, signal: AbortSignal): Promise<void> => {
      using _log = await logs.hold(instanceId)
      const known = records.update(instanceId, {})
      const generation = Math.max(atLeast, known.asked)
      const record = known.port === null ? await ports.claim(known) : known
      const engine = await describe(record, signal)
      const found = (await findRunning(engine)) ?? (await settleStrays(record, signal))
      const adopted = found !== null && record.generation >= generation && (await adopt(record, engine, found, signal))
      if (adopted) await room.takeBack(record, engine, signal)
      else {
        if (found) await stop(records.update(instanceId, { asked: generation }), signal)
        await waitForBurial(found ?? known.process, signal)
        await start(records.update(instanceId, { generation, process: null }), signal)
      }
      records.update(instanceId, { portKept: true })
    },

    /** The engine of this process never serves with a certificate that has expired, however long it runs. */
    keepCertificate: async (instanceId: InstanceId, engine: Engine, process: ProcessId): Promise<void> => {
      const { renewed } = await ensureCertificate(instanceId, engine)
      if (renewed) sendSignal([process], engine.driver.reloadSignal)
    },

    /** What was lent to an engine whose start nobody has seen to the end is kept again. */
    takeRoomBack: async (instanceId: InstanceId, engine: Engine, signal: AbortSignal): Promise<void> => {
      await room.takeBack(records.update(instanceId, {}), engine, signal)
    },

    /** From now on the engine does as the stage of its volume asks for. */
    limit: async ({ driver, instance }: Engine, stage: VolumeStage, signal: AbortSignal): Promise<void> => {
      await room.keep(records.update(instance.instanceId as InstanceId, {}), stage, signal)
      await driver.configure(instance, { clients: 'served', volume: stage })
      await driver.applyConfiguration(instance, signal)
    },

    /** Ends every process of an engine that serves nobody. What was in hand is lost, as in a power cut. */
    kill,

    /** The processes of the instance, all of them. */
    processes: async (record: InstanceRecord, signal: AbortSignal): Promise<readonly ProcessId[]> =>
      findProcesses(await traitsOf(record, signal)),

    /** See `Cgroups`. */
    memoryKills: (instanceId: InstanceId): number | null => cgroups.memoryKills(shortId(instanceId)),

    /** See `EngineLogs`. */
    holdLog: (instanceId: InstanceId): Promise<HeldLog> => logs.hold(instanceId),

    waitForEnd: launcher.waitForEnd,
    takeEnding: launcher.takeEnding,
  }
}
