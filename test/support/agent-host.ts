import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Agent, createAgent } from '../../agent/agent.ts'
import type { JoinMeans } from '../../agent/channel.ts'
import { type AgentConfig, agentDefaults } from '../../agent/config.ts'
import type { EngineDriver } from '../../agent/engines/engine.ts'
import { listMounts } from '../../agent/isolation/mounts.ts'
import { createEmbeddedMessageBus } from '../../commands/adapters/embedded/message-bus.ts'
import { openEmbeddedDatabase } from '../../commands/adapters/embedded/open-database.ts'
import type { MessageBus, OutgoingMessage } from '../../commands/ports/message-bus.ts'
import { createControlChannel } from '../../commands/secrets/control-channel.ts'
import { type GuestCommand, type GuestPayload, guestCommandSchema, type Lane } from '../../domain/guest/command.ts'
import {
  type AgentReport,
  agentReportSchema,
  type EngineFacts,
  engineFactsSchema,
  type Heartbeat,
  heartbeatSchema,
} from '../../domain/guest/report.ts'
import { agentCommandsTopic, agentHeartbeatsTopic, agentResultsTopic } from '../../domain/guest/topics.ts'
import { type HostDescription, hostDescriptionSchema } from '../../domain/host/events.ts'
import { type NodeId, parseNodeId } from '../../domain/ids.ts'
import type { Endpoint } from '../../domain/values/instance-spec.ts'
import type { SealingKey } from '../../domain/values/sealing-key.ts'
import { type Clock, systemClock } from '../../kernel/clock.ts'
import { createIdSource, deriveId } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { systemRandom } from '../../kernel/random.ts'
import { systemTimers } from '../../kernel/timers.ts'
import { createFakeDriver, fakeDatastore, fakeVersion, installFakeEngine } from './agent-engine-driver.ts'
import type { AgentProcessOptions } from './agent-process.ts'
import { freePortRange } from './free-ports.ts'
import { silentLog } from './silent-log.ts'
import { testJoin } from './test-join.ts'
import { testMasterKey } from './write-side.ts'

const agentProcess = fileURLToPath(new URL('agent-process.ts', import.meta.url))
export const patienceMs = 60_000

export type CommandOptions = {
  readonly commandId?: string
  readonly operationId?: string
  readonly lane?: Lane
  readonly epoch?: number
  readonly deadline?: string
}

/** A command under epoch 1, with ids that nothing else has and time enough, where nothing else is said. */
export const commandFor = (
  { hostId }: Pick<HostDescription, 'hostId'>,
  nodeId: NodeId,
  payload: GuestPayload,
  { commandId, operationId, lane, epoch, deadline }: CommandOptions = {},
): GuestCommand =>
  guestCommandSchema.parse({
    commandId: commandId ?? randomUUID(),
    operationId: operationId ?? randomUUID(),
    instanceId: deriveId('instance', nodeId),
    nodeId,
    nodeGeneration: 1,
    hostId,
    lane,
    epoch: epoch ?? 1,
    deadline: deadline ?? new Date(Date.now() + patienceMs).toISOString(),
    payload,
  })

export type CommandResult = Extract<AgentReport, { type: 'succeeded' | 'failed' }>

/** What an agent told of an engine that it was asked to run; null where it told nothing of one. */
export const engineFactsOf = (result: CommandResult): EngineFacts | null =>
  result.type === 'succeeded' && result.facts ? engineFactsSchema.parse(result.facts) : null

/** What the control plane would be for the agent: sends commands over a real bus, and collects all it reports. */
export type ControlPlane = {
  readonly bus: MessageBus
  readonly reports: AgentReport[]
  readonly heartbeats: Heartbeat[]
  send(host: HostDescription, nodeId: NodeId, payload: GuestPayload, options?: CommandOptions): Promise<GuestCommand>
  publish(host: HostDescription, key: string, value: string): Promise<void>
  /** As `publish` does it. */
  sign(message: OutgoingMessage): OutgoingMessage
  /** The first report that fits, past or to come. */
  report(fits: (report: AgentReport) => boolean): Promise<AgentReport>
  resultOf(command: GuestCommand): Promise<CommandResult>
  close(): Promise<void>
}

export const openControlPlane = async (dataDir: string): Promise<ControlPlane> => {
  const database = openEmbeddedDatabase({ dataDir })
  const bus = createEmbeddedMessageBus({ database })
  const reports: AgentReport[] = []
  const heartbeats: Heartbeat[] = []
  const arrived = new Set<() => void>()
  await bus.ensureTopics([
    { name: agentResultsTopic, partitions: 4, retentionMs: 3_600_000 },
    // As many: they are consumed together.
    { name: agentHeartbeatsTopic, partitions: 4, retentionMs: 3_600_000 },
  ])
  const consumer = bus.consume({
    group: `test-${randomUUID()}`,
    topics: [agentResultsTopic, agentHeartbeatsTopic],
    start: 'earliest',
    handle: async ({ topic, value }) => {
      if (topic === agentHeartbeatsTopic) heartbeats.push(heartbeatSchema.parse(JSON.parse(value)))
      else reports.push(agentReportSchema.parse(JSON.parse(value)))
      for (const wake of arrived) wake()
    },
  })
  await consumer.ready

  const report: ControlPlane['report'] = async (fits) => {
    const deadline = Date.now() + patienceMs
    for (;;) {
      const found = reports.find(fits)
      if (found) return found
      const leftMs = deadline - Date.now()
      if (leftMs <= 0) throw new Error(`no such report came; there are: ${JSON.stringify(reports, null, 1)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        const wake = (): void => {
          clearTimeout(timer)
          arrived.delete(wake)
          resolve()
        }
        arrived.add(wake)
      })
    }
  }
  const { sign } = createControlChannel(testMasterKey)
  const publish: ControlPlane['publish'] = ({ hostId }, key, value) =>
    bus.publish([sign({ topic: agentCommandsTopic(hostId), key, value })])
  return {
    bus,
    reports,
    heartbeats,
    publish,
    sign,
    send: async (host, nodeId, payload, options) => {
      const command = commandFor(host, nodeId, payload, options)
      await publish(host, nodeId, JSON.stringify(command))
      return command
    },
    report,
    resultOf: async ({ commandId }) => {
      const isResult = (r: AgentReport): r is CommandResult =>
        (r.type === 'succeeded' || r.type === 'failed') && r.commandId === commandId
      const found = await report(isResult)
      if (!isResult(found)) throw new Error('the report is no result')
      return found
    },
    close: async () => {
      await consumer.stop()
      await bus.close()
      await database.close()
    },
  }
}

export type TestHostOptions = {
  readonly config?: Partial<AgentConfig>
  readonly log?: Log
  readonly driver?: (binDir: string) => EngineDriver
}

/** `join`: by the master key of the test's control plane if absent. */
export type StartOptions = { readonly bus?: MessageBus; readonly clock?: Clock; readonly join?: JoinMeans | null }

export type SpawnOptions = {
  readonly dieAtCall?: number
  readonly as?: { readonly uid: number; readonly gid: number }
  /** A capability that it shall lack, as in a container: `sys_admin`. */
  readonly without?: string
}

export type SpawnedAgent = {
  readonly description: HostDescription
  stop(engines: 'keep' | 'stop'): Promise<void>
  /** As `kill -9` does; resolves when the process is gone. */
  kill(): Promise<void>
  /** Resolves when the process is gone, for whatever reason. */
  readonly gone: Promise<void>
}

/** A directory with everything one agent needs, and agents that follow one another on it. */
export type TestHost = {
  readonly directory: string
  readonly agentDir: string
  readonly binDir: string
  readonly plane: ControlPlane
  readonly config: AgentConfig
  /** On another bus than the control plane's, which may be away, it is started without waiting for a connection. */
  start(on?: StartOptions): Promise<{ readonly agent: Agent; readonly description: HostDescription }>
  /** Sends a command and waits for its result. */
  ask(...command: Parameters<ControlPlane['send']>): Promise<CommandResult>
  /** Makes the engine of an instance run on the agent's host, of generation 0 and under epoch 1, and answers its endpoint. */
  provision(description: HostDescription, nodeId: NodeId): Promise<Endpoint>
  /** A key that the agent has offered and no instance of the test has: each call takes another. */
  sealingKey(): Promise<SealingKey>
  /** Where something of an instance lies. */
  place(nodeId: NodeId, ...names: readonly string[]): string
  dataDir(nodeId: NodeId): string
  /** Starts an agent in a process of its own, which dies at that call to the outside after its start. */
  spawn(options?: SpawnOptions): Promise<SpawnedAgent>
  /** Makes the account own what its agent needs to write. */
  giveTo(account: { readonly uid: number; readonly gid: number }): Promise<void>
  /** Has every instance removed by an agent, then removes the rest. */
  close(): Promise<void>
}

/** Newer than any epoch a test uses. */
const lastEpoch = 1_000_000

export const openTestHost = async ({
  config,
  driver = createFakeDriver,
  log = silentLog,
}: TestHostOptions = {}): Promise<TestHost> => {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-agent-'))
  // Accounts of engines pass through it, as through most directories on a host.
  await chmod(directory, 0o755)
  const binDir = await installFakeEngine(join(directory, 'engine'))
  const instances = new Set<NodeId>()
  const opened = await openControlPlane(join(directory, 'control'))
  const plane: ControlPlane = {
    ...opened,
    send: (description, nodeId, ...rest) => {
      instances.add(nodeId)
      return opened.send(description, nodeId, ...rest)
    },
  }
  const agentDir = join(directory, 'agent')
  const full: AgentConfig = {
    ...agentDefaults,
    agentDir,
    name: 'test-host',
    agentVersion: '0.0.0-test',
    ports: await freePortRange(20),
    volumes: 'directory',
    preparedVolumes: 0,
    // The control plane of the tests answers where a test has it answer.
    leaveToStartMs: 0,
    heartbeatIntervalMs: 100,
    healthIntervalMs: 100,
    ...config,
  }
  const agents = new Set<Agent>()
  const spawned = new Set<SpawnedAgent>()
  const spawnAgent: TestHost['spawn'] = async ({ dieAtCall, as, without } = {}) => {
    const controlDir = join(directory, 'control')
    const options: AgentProcessOptions = { controlDir, binDir, config: full, dieAtCall: dieAtCall ?? null }
    const command = [process.execPath, agentProcess, JSON.stringify(options)]
    const lacking = without ? ['setpriv', `--bounding-set=-${without}`, `--inh-caps=-${without}`] : []
    const [program = '', ...args] = [...lacking, ...command]
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], ...as })
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data) => resolve(String(data)))
      gone.then(() => reject(new Error('the agent process ended before it ran')))
    })
    const agent: SpawnedAgent = {
      description: hostDescriptionSchema.parse(JSON.parse(line)),
      gone,
      stop: async (engines) => {
        child.kill(engines === 'keep' ? 'SIGTERM' : 'SIGINT')
        await gone
        spawned.delete(agent)
      },
      kill: async () => {
        child.kill('SIGKILL')
        await gone
        spawned.delete(agent)
      },
    }
    spawned.add(agent)
    return agent
  }
  const start: TestHost['start'] = async ({ bus, clock = systemClock, join: joinMeans = testJoin } = {}) => {
    const agent = createAgent({
      bus: bus ?? plane.bus,
      join: joinMeans,
      drivers: [driver(binDir)],
      clock,
      timers: systemTimers,
      ids: createIdSource(clock, systemRandom),
      log,
      config: full,
    })
    agents.add(agent)
    const description = await agent.start(AbortSignal.timeout(patienceMs))
    if (!bus) await agent.connected()
    return { agent, description }
  }
  const ask: TestHost['ask'] = async (...command) => plane.resultOf(await plane.send(...command))
  const place: TestHost['place'] = (nodeId, ...names) => join(agentDir, 'engines', 'nodes', nodeId, ...names)
  let lastTaken = 0
  const sealingKey: TestHost['sealingKey'] = async () => {
    const free = (report: AgentReport): readonly SealingKey[] =>
      report.type === 'sealing-keys' ? report.keys.filter(({ number }) => number > lastTaken) : []
    const [key] = free(await plane.report((report) => free(report).length > 0))
    if (!key) throw new Error('the offer is empty')
    lastTaken = key.number
    return key
  }
  return {
    start,
    ask,
    sealingKey,
    provision: async (description, nodeId) => {
      const volume = await plane.send(description, nodeId, volumeReady)
      const engine = await plane.send(description, nodeId, engineRunning())
      const results = [await plane.resultOf(volume), await plane.resultOf(engine)]
      const failed = results.find(({ type }) => type === 'failed')
      const endpoint = results.flatMap((result) => engineFactsOf(result) ?? [])[0]?.endpoint
      if (failed || !endpoint) throw new Error(`node ${nodeId} was not made: ${JSON.stringify(results)}`)
      return endpoint
    },
    place,
    dataDir: (nodeId) => place(nodeId, 'volume', 'data'),
    spawn: spawnAgent,
    giveTo: async ({ uid, gid }) => {
      await mkdir(agentDir, { recursive: true })
      const control = join(directory, 'control')
      const files = (await readdir(control)).map((name) => join(control, name))
      for (const path of [directory, agentDir, control, ...files]) await chown(path, uid, gid)
    },
    directory,
    agentDir,
    binDir,
    plane,
    config: full,
    close: async () => {
      for (const agent of spawned) await agent.kill()
      for (const agent of agents) await agent.stop({ engines: 'keep' })
      const { agent, description } = await start()
      for (const nodeId of instances) {
        await plane.resultOf(await plane.send(description, nodeId, nodeAbsent, { epoch: lastEpoch }))
      }
      await agent.stop({ engines: 'stop' })
      await plane.close()
      const left = listMounts().filter(({ mountPoint }) => mountPoint.startsWith(`${directory}/`))
      if (left.length > 0) throw new Error(`the agent left mounts behind: ${JSON.stringify(left)}`)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export const newNodeId = (): NodeId => parseNodeId(createIdSource(systemClock, systemRandom).next())

export const fakeSpec = {
  datastore: fakeDatastore,
  version: fakeVersion,
  flavor: 'small',
  vcpus: 1,
  memoryMiB: 256,
  volumeGiB: 1,
} as const

export const engineRunning = (generation = 0): GuestPayload => ({
  kind: 'engine-running',
  // The flavor's brand is put on by the schema when the command is sent.
  spec: fakeSpec as never,
  generation,
})
export const volumeReady: GuestPayload = { kind: 'volume-ready', sizeGiB: 1 }
export const nodeAbsent: GuestPayload = { kind: 'node-absent', sealingKey: null }
export const engineStopped: GuestPayload = { kind: 'engine-stopped' }

/** The ids of the processes that run with this text in their command line. */
export const pidsOf = (text: string): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)
      } catch {
        return false
      }
    })
