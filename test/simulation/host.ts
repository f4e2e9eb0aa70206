import type { DatabaseSync } from 'node:sqlite'
import { type Accounts, tellingWhatIsGone } from '../../agent/accounts.ts'
import { openBusClock } from '../../agent/bus-clock.ts'
import { openBusLink } from '../../agent/bus-link.ts'
import { createChannel } from '../../agent/channel.ts'
import { createCommandWorker } from '../../agent/command-worker.ts'
import { EngineFault } from '../../agent/engines/engine.ts'
import { openAgentDatabaseInMemory } from '../../agent/journal/database.ts'
import { createFacts } from '../../agent/journal/facts.ts'
import { createJournal } from '../../agent/journal/journal.ts'
import type { NodeRecords } from '../../agent/journal/nodes.ts'
import { createLeaveToStart } from '../../agent/leave-to-start.ts'
import type { OutcomeContext } from '../../agent/outcomes/outcome.ts'
import { createRegistration } from '../../agent/registration.ts'
import { createReporter } from '../../agent/reporter.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import type { GuestPayload } from '../../domain/guest/command.ts'
import type { GuestFacts, Holding, HostAccount } from '../../domain/guest/report.ts'
import { type HostId, type InstanceId, type NodeId, parseHostId } from '../../domain/ids.ts'
import type { InstanceLabel } from '../../domain/values/instance-spec.ts'
import type { ParameterValues } from '../../domain/values/parameter.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { deriveSigner } from '../../kernel/signing.ts'
import { systemTimers as timers } from '../../kernel/timers.ts'
import { hostDescription } from '../support/scripted-agent.ts'
import { testJoin } from '../support/test-join.ts'
import type { Random } from './random.ts'
import type { KnownSignatures } from './signatures.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What really is on a host of one node. An agent's end changes nothing of it. */
export type Placed = {
  readonly instanceId: InstanceId
  readonly nodeGeneration: number
  volumeGiB: number
  label: InstanceLabel | null
  hasData: boolean
  databases: readonly string[]
  /** Whether the agent was told last to run its engine. */
  wanted: boolean
  /** Since the machine was switched off. */
  isDown: boolean
  /** Those that run: more than one would write the same data. */
  processes: { readonly generation: number; memoryMiB: number }[]
  /** What an engine is started with. */
  memoryMiB: number
  generation: number
  port: number
  /** As it was told last. */
  parameters: ParameterValues
}

export type SimulatedHost = {
  readonly hostId: HostId
  readonly name: string
  readonly placed: ReadonlyMap<NodeId, Placed>
  /** All engines end with the machine. Its agent starts them again, as far as it may. */
  readonly switchOff: () => void
  /** Sets a life of its agent going. */
  readonly startAgent: (bus: MessageBus) => void
}

const firstPort = 15_432
const longestWorkMs = 3000
const leaveToStartMs = 10_000
const superviseEveryMs = 5000
const concernsProcess: ReadonlySet<GuestPayload['kind']> = new Set([
  'engine-running',
  'engine-resized',
  'engine-stopped',
  'node-absent',
  'volume-grown',
])

/** A fault of the agent on purpose, to see that it is found: a second engine beside the first, or data kept after a deletion. */
export type PlantedFault = 'starts-twice' | 'leaves-behind'

export type SimulatedHostDeps = {
  readonly signatures: KnownSignatures
  readonly name: string
  readonly ids: IdSource
  readonly time: VirtualTime
  readonly random: Random
  readonly log: Log
  readonly tell: (line: string) => void
  readonly planted?: PlantedFault | undefined
  /** How often an engine does not start. */
  readonly failedStarts: () => number
  /** An engine was started again after the machine was. `askedAt`: when the agent asked whether it may; null: it had no answer. */
  readonly onBroughtBack: (nodeId: NodeId, askedAt: number | null) => void
}

export const createSimulatedHost = (deps: SimulatedHostDeps): SimulatedHost => {
  const { name, ids, time, random, log, tell } = deps
  const hostId = parseHostId(ids.next())
  const database: DatabaseSync = openAgentDatabaseInMemory()
  const placed = new Map<NodeId, Placed>()
  let ports = firstPort
  /** What of them a command is at that starts or ends engines. */
  const inHand = new Set<NodeId>()
  let lives = 0

  const description = hostDescription({ hostId, name })
  const key = deps.signatures.keeping(deriveSigner(name, 'simulated host'))

  const required = (nodeId: NodeId): Placed => {
    const known = placed.get(nodeId)
    if (known) return known
    throw new EngineFault('INSTANCE_UNKNOWN', `node ${nodeId} is not on this host: its volume was never made`)
  }

  /** Takes its time, as the work on a host does, and gives way where the command has ended. */
  const work = async ({ signal }: OutcomeContext): Promise<void> => {
    await time.sleep(random.below(longestWorkMs))
    signal.throwIfAborted()
  }

  const stopEngine = async (instance: Placed, context: OutcomeContext): Promise<void> => {
    if (instance.processes.length === 0) return
    await work(context)
    instance.processes = []
  }

  const startEngine = async (instance: Placed, generation: number, context: OutcomeContext): Promise<void> => {
    await work(context)
    if (random.chance(deps.failedStarts())) {
      throw new EngineFault('ENGINE_START_FAILED', 'the engine ended right after its start', {
        retryable: random.chance(0.5),
      })
    }
    instance.processes.push({ generation, memoryMiB: instance.memoryMiB })
  }

  const makeTrue = async (payload: GuestPayload, context: OutcomeContext): Promise<GuestFacts | undefined> => {
    const { nodeId, instanceId, nodeGeneration } = context
    await work(context)
    switch (payload.kind) {
      case 'volume-ready': {
        if (placed.has(nodeId)) return undefined
        if (payload.existing) throw new EngineFault('DATA_MISSING', 'the volume is gone')
        const { sizeGiB: volumeGiB, label = null } = payload
        ports += 1
        const nothing = {
          wanted: false,
          isDown: false,
          hasData: false,
          databases: [],
          processes: [],
          memoryMiB: 0,
          generation: -1,
          port: ports,
          parameters: {},
        }
        placed.set(nodeId, { instanceId, nodeGeneration, volumeGiB, label, ...nothing })
        return undefined
      }
      case 'volume-grown': {
        const instance = required(nodeId)
        instance.volumeGiB = Math.max(instance.volumeGiB, payload.sizeGiB)
        return { volumeGiB: instance.volumeGiB }
      }
      case 'engine-resized': {
        const instance = required(nodeId)
        const { memoryMiB } = payload.spec
        instance.memoryMiB = memoryMiB
        if (!instance.wanted) return { running: false, restartFor: [] }
        if (instance.processes.length === 0) await startEngine(instance, instance.generation, context)
        instance.isDown = false
        // Memory that comes is there at once now and then, as some settings take it; what goes takes a restart.
        for (const one of instance.processes) {
          if (one.memoryMiB < memoryMiB && random.chance(0.5)) one.memoryMiB = memoryMiB
        }
        const isBehind = instance.processes.some((one) => one.memoryMiB !== memoryMiB)
        return { running: true, restartFor: isBehind ? ['shared_buffers'] : [] }
      }
      case 'engine-running': {
        const instance = required(nodeId)
        instance.hasData = true
        const { memoryMiB } = payload.spec
        instance.memoryMiB = memoryMiB
        const runs = instance.processes.some(({ generation }) => generation >= payload.generation)
        if (!runs) {
          await stopEngine(instance, context)
          // One that has run before is started again and again.
          instance.wanted = instance.generation >= 0
          // Before it starts: what runs says where it listens.
          if (instance.generation >= 0 && random.chance(0.2)) {
            ports += 1
            instance.port = ports
          }
          await startEngine(instance, payload.generation, context)
          if (deps.planted === 'starts-twice') instance.processes.push({ generation: payload.generation, memoryMiB })
          instance.generation = payload.generation
        }
        instance.wanted = true
        instance.isDown = false
        return {
          endpoint: { host: description.address, port: instance.port },
          caCertificate: description.caCertificate,
        }
      }
      case 'accounts-ready': {
        const instance = required(nodeId)
        if (instance.processes.length === 0) throw new EngineFault('ENGINE_UNREACHABLE', 'nothing answers')
        const { databases, absentDatabases = [] } = payload
        const kept = instance.databases.filter((name) => !absentDatabases.includes(name))
        instance.databases = [...new Set([...kept, ...databases.map(({ name }) => name)])]
        return undefined
      }
      case 'accounts-told': {
        const { processes, databases } = required(nodeId)
        if (processes.length === 0) throw new EngineFault('ENGINE_UNREACHABLE', 'nothing answers')
        return { databases: { names: [...databases].sort(), more: 0 }, users: { names: [], more: 0 } }
      }
      case 'extension-set':
      case 'root-set':
      case 'endpoint-verified':
        if (required(nodeId).processes.length === 0) throw new EngineFault('ENGINE_UNREACHABLE', 'nothing answers')
        return undefined
      case 'data-read':
        if (required(nodeId).processes.length === 0) throw new EngineFault('ENGINE_UNREACHABLE', 'nothing answers')
        return { tables: 1, rows: 1 }
      case 'data-restored':
        required(nodeId).hasData = true
        await work(context)
        return undefined
      case 'backup-stored':
        if (required(nodeId).processes.length === 0) throw new EngineFault('ENGINE_UNREACHABLE', 'nothing answers')
        await work(context)
        return { location: `instances/${instanceId}/backups/${payload.backupId}/run`, version: '17.10', parts: [] }
      case 'backup-absent':
        await work(context)
        return undefined
      case 'parameters-tried':
        required(nodeId)
        await work(context)
        if (random.chance(deps.failedStarts()))
          throw new EngineFault('CONFIGURATION_REFUSED', 'the engine does not start with these values')
        return undefined
      case 'parameters-set': {
        const instance = required(nodeId)
        if (!payload.settled) instance.parameters = payload.parameters
        return { effective: { ...instance.parameters }, refusal: null }
      }
      case 'engine-stopped': {
        const instance = required(nodeId)
        instance.wanted = false
        await stopEngine(instance, context)
        return undefined
      }
      case 'node-absent': {
        const instance = placed.get(nodeId)
        if (!instance) return undefined
        instance.wanted = false
        await stopEngine(instance, context)
        instance.hasData = false
        await work(context)
        if (deps.planted !== 'leaves-behind') placed.delete(nodeId)
        return undefined
      }
      default:
        throw new Error(`the simulated host knows no ${JSON.stringify(payload satisfies never)}`)
    }
  }

  const startAgent = (bus: MessageBus): void => {
    lives += 1
    const life = lives
    const journal = createJournal(database)
    const clock = openBusClock({ bus, clock: systemClock, timers, log })
    const facts = createFacts(database)
    const channel = createChannel({ hostId, key, join: testJoin, facts, clock, log })
    const reporter = createReporter({ bus, channel, journal, timers, log })
    const holdingOf = (nodeId: NodeId, placedNode: Placed): Holding => {
      const { instanceId, nodeGeneration, wanted: running, processes, generation, port } = placedNode
      return {
        instanceId,
        nodeGeneration,
        running,
        health: running ? (processes.length > 0 ? 'HEALTHY' : 'UNHEALTHY') : 'UNKNOWN',
        epoch: journal.settledEpochs()(nodeId),
        generation,
        port,
      }
    }
    const accountOf = ({ nodeId, instanceId }: Pick<HostAccount, 'nodeId' | 'instanceId'>): HostAccount => {
      const known = placed.get(nodeId)
      const held = known ? { ...holdingOf(nodeId, known), label: known.label } : null
      return { nodeId, instanceId, epoch: journal.epochOf(nodeId), held }
    }
    const records = {
      get: (nodeId: NodeId) => ({ desired: placed.get(nodeId)?.wanted ? 'running' : 'stopped' }),
      update: (nodeId: NodeId) => {
        const known = placed.get(nodeId)
        if (known) known.wanted = false
        return known
      },
    } as unknown as Pick<NodeRecords, 'get' | 'update'>
    let askedAt = time.now()
    let answeredAt: number | null = null
    const leave = createLeaveToStart({ records, timers, log, patienceMs: leaveToStartMs })
    let mayStart = false
    /** Of one that a command is at, when that is done. */
    const bringBack = (nodeId: NodeId): void => {
      const known = placed.get(nodeId)
      if (!mayStart || !known?.isDown || inHand.has(nodeId)) return
      known.isDown = false
      if (!known.wanted) return
      tell(`${name}: the engine of ${known.instanceId} is back`)
      known.processes = [{ generation: known.generation, memoryMiB: known.memoryMiB }]
      deps.onBroughtBack(nodeId, answeredAt)
    }
    const bringAllBack = async (): Promise<void> => {
      await leave.had(new AbortController().signal)
      mayStart = true
      for (const nodeId of placed.keys()) bringBack(nodeId)
    }
    /** An engine that did not start is started again and again. */
    const supervise = async (): Promise<void> => {
      for (;;) {
        await time.sleep(superviseEveryMs)
        if (life !== lives) return
        for (const [nodeId, known] of placed) {
          if (!known.wanted || known.isDown || known.processes.length > 0 || inHand.has(nodeId)) continue
          if (random.chance(deps.failedStarts())) continue
          tell(`${name}: the engine of ${known.instanceId} has started at last`)
          known.processes = [{ generation: known.generation, memoryMiB: known.memoryMiB }]
        }
      }
    }
    void bringAllBack()
    void supervise()
    const report = (holdings: readonly HostAccount[], asks = false): void => {
      const reportId = ids.next()
      const at = new Date(clock.now()).toISOString()
      journal.report(hostId, { type: 'holdings', reportId, at, hostId, holdings: [...holdings], ...(asks && { asks }) })
      if (asks) {
        askedAt = time.now()
        leave.asked([reportId])
      }
      reporter.wake()
    }
    const accounts: Accounts = {
      tellAll: async () =>
        report(
          [...placed].map(([nodeId, { instanceId }]) => accountOf({ nodeId, instanceId })),
          true,
        ),
      tell: async (node) => report([accountOf(node)]),
    }
    const worker = createCommandWorker({
      hostId,
      journal,
      reporter,
      clock,
      timers,
      ids,
      log,
      maxConcurrent: 4,
      makeTrue: tellingWhatIsGone(accounts, ({ payload, epoch }, context) => {
        tell(`${name}: ${payload.kind} of ${context.instanceId} (epoch ${epoch})`)
        if (!concernsProcess.has(payload.kind)) return makeTrue(payload, context)
        inHand.add(context.nodeId)
        return makeTrue(payload, context).finally(() => {
          inHand.delete(context.nodeId)
          bringBack(context.nodeId)
        })
      }),
    })
    const holds = async () =>
      Object.fromEntries([...placed].map(([nodeId, known]) => [nodeId, holdingOf(nodeId, known)]))
    const keyOffers = { renew: () => {} }
    const registration = createRegistration({ journal, channel, facts, clock, ids, log }, () => description)
    const link = openBusLink(
      {
        bus,
        channel,
        clock,
        journal,
        reporter,
        worker,
        keyOffers,
        accounts,
        registration,
        leave: {
          take: (answer) => {
            answeredAt = askedAt
            leave.take(answer)
          },
        },
        ids,
        timers,
        log,
        holds,
      },
      { hostId, heartbeatIntervalMs: 2000 },
    )
    link.connected.catch(() => {})
  }

  const switchOff = (): void => {
    tell(`${name} is switched off`)
    lives += 1
    inHand.clear()
    for (const known of placed.values()) {
      if (known.processes.length === 0) continue
      known.processes = []
      known.isDown = true
    }
  }

  return { hostId, name, placed, switchOff, startAgent }
}
