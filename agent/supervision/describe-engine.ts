import type { NodeId } from '../../domain/ids.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import type { AgentConfig } from '../config.ts'
import { EngineFault, type EngineInstance } from '../engines/engine.ts'
import type { Identity } from '../identity.ts'
import type { Installations } from '../installations.ts'
import { isAccount } from '../isolation/unix-users.ts'
import type { Journal } from '../journal/journal.ts'
import type { NodeRecords, ProcessId } from '../journal/nodes.ts'
import type { Layout } from '../layout.ts'
import type { Engine, Occupant } from './engine.ts'
import { identifyProcess, type ProcessTraits } from './process-table.ts'

export type EngineFinder = {
  /** Throws `ENGINE_MISSING` if the instance never got as far as having an engine. */
  describe(occupant: Occupant, signal: AbortSignal): Promise<Engine>
  /** Null where there is no engine, or not its program any more: what of it runs on is then known by its marker or its account. */
  tryDescribe(occupant: Occupant, signal: AbortSignal): Promise<Engine | null>
  traitsOf(occupant: Occupant, signal: AbortSignal): Promise<ProcessTraits>
  /** The engine's main process. One that is seen for the first time is noted as a start: of the record's generation. */
  findRunning(engine: Engine): Promise<ProcessId | null>
  noteStarted(nodeId: NodeId, process: ProcessId): void
}

export type EngineFinderDeps = {
  readonly config: Pick<AgentConfig, 'address' | 'listenAddress'>
  readonly layout: Layout
  readonly identity: Identity
  readonly installations: Installations
  readonly records: NodeRecords
  readonly journal: Journal
  readonly clock: WallClock
}

/** Knows what an engine is made of, and finds its processes. */
export const createEngineFinder = (deps: EngineFinderDeps): EngineFinder => {
  const { config, layout, identity, installations, records, journal, clock } = deps

  const describe: EngineFinder['describe'] = async ({ nodeId, spec, port, owner: account, configuration }, signal) => {
    if (!spec || port === null) throw new EngineFault('ENGINE_MISSING', `node ${nodeId} has no engine on this host`)
    const { driver, installation } = await installations.find(spec.datastore, spec.version, signal)
    const owner = account && { user: account.user, uid: account.uid, gid: account.gid }
    const instance: EngineInstance = {
      nodeId,
      spec,
      parameters: configuration?.wanted,
      installation,
      owner,
      dataDir: layout.dataDir(nodeId),
      runDir: layout.runDir(nodeId),
      logFile: layout.logFile(nodeId),
      listen: { address: config.listenAddress, port },
      publishedAs: config.address,
      tls: layout.tlsFiles(nodeId),
      monitorPassword: identity.monitorPassword(nodeId),
    }
    return { driver, instance }
  }

  const tryDescribe: EngineFinder['tryDescribe'] = async (occupant, signal) => {
    if (!occupant.spec || occupant.port === null) return null
    try {
      return await describe(occupant, signal)
    } catch (error) {
      if (error instanceof EngineFault && error.code === 'ENGINE_NOT_INSTALLED') return null
      throw error
    }
  }

  const noteStarted: EngineFinder['noteStarted'] = (nodeId, process) => {
    const known = records.get(nodeId)
    if (!known || (known.process?.pid === process.pid && known.process.startedAtTicks === process.startedAtTicks))
      return
    journal.recordEffect(nodeId, 'engine-started', `generation ${known.generation}`, isoNow(clock), () =>
      records.update(nodeId, { process }),
    )
  }

  return {
    describe,
    tryDescribe,
    noteStarted,
    traitsOf: async (occupant, signal) => {
      const { nodeId, owner } = occupant
      const engine = await tryDescribe(occupant, signal)
      const program = engine ? engine.driver.processSpec(engine.instance).command : null
      const uid = owner?.uid ?? process.getuid?.()
      return {
        nodeId,
        ownUid: owner?.own && isAccount(owner) ? owner.uid : null,
        engine: program === null || uid === undefined ? null : { uid, program, directory: layout.node(nodeId) },
      }
    },
    findRunning: async ({ driver, instance }) => {
      const pid = await driver.findProcess(instance)
      const found = pid === null ? null : identifyProcess(pid)
      if (found) noteStarted(instance.nodeId as NodeId, found)
      return found
    },
  }
}
