import { randomInt } from 'node:crypto'
import type { InstanceId } from '../../domain/ids.ts'
import type { VolumeStage } from '../../domain/values/volume-use.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AgentConfig } from '../config.ts'
import type { Identity } from '../identity.ts'
import type { Installations } from '../installations.ts'
import type { Cgroups } from '../isolation/cgroups.ts'
import type { Privileges } from '../isolation/privileges.ts'
import type { VolumeKind, Volumes } from '../isolation/volumes.ts'
import type { InstanceRecord, InstanceRecords, ProcessId } from '../journal/instances.ts'
import type { Journal } from '../journal/journal.ts'
import { type Layout, shortId } from '../layout.ts'
import type { Run } from '../run.ts'
import type { CertificateAuthority } from '../tls/authority.ts'
import { createEngineFinder, type EngineFinder } from './describe-engine.ts'
import { createEngineEnder, type EngineEnder } from './end-engine.ts'
import type { Engine } from './engine.ts'
import { createEngineCertificates, type EngineCertificates } from './engine-certificates.ts'
import { createEngineLauncher, type EngineLauncher } from './engine-launcher.ts'
import { createEngineLogs, type EngineLogs } from './engine-log.ts'
import { createInstancePorts } from './instance-ports.ts'
import { findProcesses } from './process-table.ts'
import { createRecoveryRoom } from './recovery-room.ts'
import { createEngineStarter, type EngineStarter } from './start-engine.ts'

export type EngineControlDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & {
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
}

/** All that can be done with the engine of an instance. The caller sees to it that nobody else acts on the same instance. */
export type EngineControl = Pick<EngineFinder, 'describe' | 'findRunning'> &
  Pick<EngineStarter, 'ensureRunning'> &
  Pick<EngineEnder, 'stop' | 'discard' | 'kill'> &
  Pick<EngineLauncher, 'waitForEnd' | 'takeEnding'> & {
    readonly keepCertificate: EngineCertificates['keep']
    readonly holdLog: EngineLogs['hold']
    /** What was lent to an engine whose start nobody has seen to the end is kept again. */
    takeRoomBack(instanceId: InstanceId, engine: Engine, signal: AbortSignal): Promise<void>
    /** From now on the engine does as the stage of its volume asks for. */
    limit(engine: Engine, stage: VolumeStage, signal: AbortSignal): Promise<void>
    /** The processes of the instance, all of them. */
    processes(record: InstanceRecord, signal: AbortSignal): Promise<readonly ProcessId[]>
    /** See `Cgroups`. */
    memoryKills(instanceId: InstanceId): number | null
  }

/** Puts together what describes, starts and ends engines. */
export const createEngineControl = (deps: EngineControlDeps): EngineControl => {
  const { config, layout, cgroups, volumes, records, clock, timers, log } = deps
  const logs = createEngineLogs({
    run: deps.run,
    timers,
    layout,
    limitBytes: config.engineLogLimitBytes,
    failed: (instanceId, error) => log.warn({ instanceId, err: error }, 'the log of an engine could not be written'),
  })
  const launcher = createEngineLauncher({ privileges: deps.privileges, logs, timers })
  const room = createRecoveryRoom({ volumes, placeOf: ({ instanceId }) => layout.volumePlace(instanceId), log })
  const finder = createEngineFinder(deps)
  const ender = createEngineEnder({ finder, layout, logs, clock, timers, log })
  const certificates = createEngineCertificates(deps)
  const ports = createInstancePorts(config, records, randomInt)
  const starter = createEngineStarter({
    finder,
    ender,
    launcher,
    certificates,
    ports,
    room,
    logs,
    cgroups,
    layout,
    records,
    timers,
    log,
  })

  return {
    describe: finder.describe,
    findRunning: finder.findRunning,
    ensureRunning: starter.ensureRunning,
    stop: ender.stop,
    discard: ender.discard,
    kill: ender.kill,
    waitForEnd: launcher.waitForEnd,
    takeEnding: launcher.takeEnding,
    keepCertificate: certificates.keep,
    holdLog: logs.hold,
    takeRoomBack: async (instanceId, engine, signal) => {
      await room.takeBack(records.update(instanceId, {}), engine, signal)
    },
    limit: async ({ driver, instance }, stage, signal) => {
      await room.keep(records.update(instance.instanceId as InstanceId, {}), stage, signal)
      await driver.configure(instance, { clients: 'served', volume: stage })
      await driver.applyConfiguration(instance, signal)
    },
    processes: async (record, signal) => findProcesses(await finder.traitsOf(record, signal)),
    memoryKills: (instanceId) => cgroups.memoryKills(shortId(instanceId)),
  }
}
