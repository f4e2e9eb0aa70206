import { randomInt } from 'node:crypto'
import type { NodeId } from '../../domain/ids.ts'
import type { VolumeStage } from '../../domain/values/volume-use.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AgentConfig } from '../config.ts'
import type { Identity } from '../identity.ts'
import type { Installations } from '../installations.ts'
import type { Cgroups } from '../isolation/cgroups.ts'
import type { Privileges } from '../isolation/privileges.ts'
import type { VolumeKind, Volumes } from '../isolation/volumes.ts'
import type { Journal } from '../journal/journal.ts'
import type { NodeRecord, NodeRecords, ProcessId } from '../journal/nodes.ts'
import { type Layout, shortId } from '../layout.ts'
import type { Run } from '../run.ts'
import type { CertificateAuthority } from '../tls/authority.ts'
import type { TellConfiguration } from './configurations.ts'
import { createEngineFinder, type EngineFinder } from './describe-engine.ts'
import { createEngineEnder, type EngineEnder } from './end-engine.ts'
import type { Engine } from './engine.ts'
import { createEngineCertificates, type EngineCertificates } from './engine-certificates.ts'
import { createEngineLauncher, type EngineLauncher } from './engine-launcher.ts'
import { createEngineLogs, type EngineLogs } from './engine-log.ts'
import { createNodePorts } from './node-ports.ts'
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
  readonly records: NodeRecords
  readonly journal: Journal
  readonly run: Run
  readonly tellConfiguration: TellConfiguration
}

/** All that can be done with the engine of an instance. The caller sees to it that nobody else acts on the same instance. */
export type EngineControl = Pick<EngineFinder, 'describe' | 'findRunning'> &
  Pick<EngineStarter, 'ensureRunning'> &
  Pick<EngineEnder, 'stop' | 'discard' | 'kill'> &
  Pick<EngineLauncher, 'waitForEnd' | 'takeEnding'> & {
    readonly keepCertificate: EngineCertificates['keep']
    readonly holdLog: EngineLogs['hold']
    /** What was lent to an engine whose start nobody has seen to the end is kept again. */
    takeRoomBack(nodeId: NodeId, engine: Engine, signal: AbortSignal): Promise<void>
    /** From now on the engine does as the stage of its volume asks for. */
    limit(engine: Engine, stage: VolumeStage, signal: AbortSignal): Promise<void>
    /** The engine, which runs, has the size of its spec as far as it can without a restart. Answers what takes one, by name. */
    resize(engine: Engine, signal: AbortSignal): Promise<readonly string[]>
    /** The processes of the instance, all of them. */
    processes(record: NodeRecord, signal: AbortSignal): Promise<readonly ProcessId[]>
    /** See `Cgroups`. */
    memoryKills(nodeId: NodeId): number | null
  }

/** Puts together what describes, starts and ends engines. */
export const createEngineControl = (deps: EngineControlDeps): EngineControl => {
  const { config, layout, cgroups, volumes, records, clock, timers, log } = deps
  const logs = createEngineLogs({
    run: deps.run,
    timers,
    layout,
    limitBytes: config.engineLogLimitBytes,
    failed: (nodeId, error) => log.warn({ nodeId, err: error }, 'the log of an engine could not be written'),
  })
  const launcher = createEngineLauncher({ privileges: deps.privileges, logs, timers })
  const room = createRecoveryRoom({ volumes, placeOf: ({ nodeId }) => layout.volumePlace(nodeId), log })
  const finder = createEngineFinder(deps)
  const ender = createEngineEnder({ finder, layout, logs, clock, timers, log })
  const certificates = createEngineCertificates(deps)
  const ports = createNodePorts(config, records, randomInt)
  const starter = createEngineStarter({
    tellConfiguration: deps.tellConfiguration,
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
    takeRoomBack: async (nodeId, engine, signal) => {
      await room.takeBack(records.update(nodeId, {}), engine, signal)
    },
    limit: async ({ driver, instance }, stage, signal) => {
      await room.keep(records.update(instance.nodeId as NodeId, {}), stage, signal)
      await driver.configure(instance, { clients: 'served', volume: stage })
      await driver.applyConfiguration(instance, signal)
    },
    resize: async ({ driver, instance }, signal) => {
      const nodeId = instance.nodeId as NodeId
      const keepsMore = cgroups.follow(shortId(nodeId), instance.spec)
      const { volumeStage } = records.update(nodeId, {})
      await driver.configure(instance, { clients: 'served', volume: volumeStage })
      const settings = await driver.followSize(instance, signal)
      return keepsMore && settings.length === 0 ? ['the limit of memory'] : settings
    },
    processes: async (record, signal) => findProcesses(await finder.traitsOf(record, signal)),
    memoryKills: (nodeId) => cgroups.memoryKills(shortId(nodeId)),
  }
}
