import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll } from 'vitest'
import { createEmbeddedMessageBus } from '../../commands/adapters/embedded/message-bus.ts'
import { openEmbeddedDatabase } from '../../commands/adapters/embedded/open-database.ts'
import type { PublicCommand } from '../../commands/api.ts'
import type { Category } from '../../domain/aggregates.ts'
import type { CofferEventType } from '../../domain/catalogue.ts'
import { eventCatalogue } from '../../domain/catalogue.ts'
import type { HostDescription } from '../../domain/host/events.ts'
import { type InstanceId, type OperationId, type ProjectId, parseProjectId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import { compose, type Server } from '../../ops/compose.ts'
import { loadConfig } from '../../ops/config.ts'
import type { Status } from '../../ops/status.ts'
import { admin } from './control-plane.ts'
import { exampleEvent, exampleMetadata, streamOfEvent, type World } from './example-events.ts'
import { embeddedWriters, eventStoreWriters, type ForeignEvent, type ForeignWriters } from './foreign-writers.ts'
import { hostDescription, startScriptedAgent } from './scripted-agent.ts'
import { createTempDir } from './temp-dir.ts'
import { waitFor } from './wait-for.ts'
import { createRecordingLog, testMasterKey } from './write-side.ts'

const signal = new AbortController().signal
const dir = createTempDir('foreign-events')

/** An event type of each category, to be written in a stream of its own. */
const examples: Readonly<Record<Category, CofferEventType>> = {
  instance: 'InstanceRequested',
  project: 'ProjectQuotaSet',
  host: 'HostRegistered',
  fleet: 'FleetHostNameTaken',
  flavor: 'FlavorDefined',
  datastore: 'DatastoreVersionOffered',
  parameters: 'ParametersRead',
  configuration: 'ConfigurationCreated',
  token: 'TokenIssued',
  operation: 'OperationStarted',
  backup: 'BackupRequested',
  schedule: 'ScheduleCreated',
  timetable: 'TimetableEntryConfirmed',
  request: 'RequestReceived',
  deadletter: 'DeadLetterDropped',
  exclusion: 'EventExcluded',
}

/** As this program would have written it. */
export const soundEvent = (category: Category, world: World): { stream: string; event: ForeignEvent } => {
  const type = examples[category]
  const { data } = exampleEvent(type, world)
  const metadata = { ...exampleMetadata(type, world, 1) }
  return {
    stream: streamOfEvent(type, world),
    event: { type, version: eventCatalogue[type].version, data: JSON.stringify(data), metadata },
  }
}

/** A host with room for a database for every cell. */
const roomy = () => hostDescription({ capacity: { vcpus: 1000, memoryMiB: 4_000_000, volumeGiB: 100_000 } })

export type Site = {
  readonly writers: ForeignWriters
  readonly start: () => Promise<Running>
}
export type Running = Awaited<ReturnType<typeof startServer>>

/** A server without an agent of its own, and a scripted one; `silent` instances are never answered for. */
const startServer = async (
  dataDir: string,
  environment: Readonly<Record<string, string>>,
  host = hostDescription(),
) => {
  const { log, lines } = createRecordingLog()
  const distributed = environment.COFFER_EVENTSTORE_URL !== undefined
  const busDir = `${dataDir}-bus`
  mkdirSync(busDir, { recursive: true })
  const database = distributed ? openEmbeddedDatabase({ dataDir: busDir }) : null
  const ownBus = database && createEmbeddedMessageBus({ database })
  const { config } = loadConfig({
    COFFER_DATA_DIR: dataDir,
    COFFER_PORT: '0',
    COFFER_ROLES: 'api,saga,projector',
    // The scripted agent sends no heartbeats.
    COFFER_HOST_LOST_AFTER: '3600',
    COFFER_MASTER_KEY: Buffer.from(testMasterKey).toString('base64url'),
    ...environment,
  })
  const server: Server = compose(config, log, ownBus ? { bus: () => ownBus } : {})
  const { url } = await server.start(signal)
  const central = server.parts.central
  if (!central?.api) throw new Error('the server has no API')
  const { dispatch, views } = central.api
  const silent = new Set<InstanceId>()
  const agent = await startScriptedAgent(central.stores.bus, host, ({ instanceId }) =>
    silent.has(instanceId) ? 'silent' : 'succeed',
  )
  const send = <Command extends PublicCommand>(command: Command, actor: Actor = admin) =>
    dispatch({ command, actor, signal })
  const accepted = async <Command extends PublicCommand>(command: Command) => {
    const answer = await send(command)
    if (!answer.accepted) throw new Error(`refused: ${answer.rejection.code} ${answer.rejection.message}`)
    return answer
  }
  let created = 0
  /** Others go on: a new database comes into being, which asks for every part of the program. */
  const shopOf = (projectId: ProjectId) => {
    created += 1
    return { type: 'CreateInstance', projectId, name: `shop-${created}`, datastore: 'postgresql' } as const
  }
  const someProject = () => parseProjectId(`others-${randomUUID().slice(0, 8)}`)
  const createDatabase = async (projectId = someProject()): Promise<InstanceId> => {
    const { instanceId } = await accepted(shopOf(projectId))
    await waitFor(
      'the new database to be ACTIVE',
      async () => (await views.instance(instanceId))?.status === 'ACTIVE',
      20_000,
    )
    return instanceId
  }
  const ask = (path: string, body?: object): Promise<Response> => {
    const token = environment.COFFER_ADMIN_TOKEN ?? central.api?.adminTokenFile
    const authorization = `Bearer ${distributed ? token : readFileSync(String(token), 'utf8').trim()}`
    const headers = { authorization, 'content-type': 'application/json' }
    return fetch(`${url}${path}`, { method: 'POST', headers, ...(body && { body: JSON.stringify(body) }) })
  }
  const status = async (): Promise<Status> => (await (await ask('/admin/status')).json()) as Status
  const areViewsShown = async () => (await status()).checks.every(({ name, ok }) => name !== 'view store' || ok)
  await waitFor('the views to be shown', areViewsShown, 20_000)
  return {
    central,
    views,
    send,
    accepted,
    createDatabase,
    shopOf,
    /** What others did to the streams, as readiness tells it. */
    streamWarning: async () => (await status()).checks.find(({ name }) => name === 'streams')?.reason ?? '',
    /** Of the first error of a query; undefined where there is none. */
    codeOf: async (query: string): Promise<string | undefined> =>
      (await (await ask('/graphql', { query })).json()).errors?.[0]?.extensions?.code,
    verified: async () => (await ask('/admin/views/verify')).text(),
    startAgent: (description: HostDescription) => startScriptedAgent(central.stores.bus, description, () => 'succeed'),
    isPlaceable: () => {
      const { directory } = central.controlPlane
      return directory.hosts().length > 0 && directory.datastore('postgresql').offered.length > 0
    },
    silent,
    status,
    lines,
    faultOf: async (operationId: OperationId) => (await views.operation(operationId))?.fault?.code,
    unreadable: async () => (await views.unreadableEvents({ first: 1000 })).entries.map(({ document }) => document),
    stop: async () => {
      await agent.stop()
      await server.stop()
      await ownBus?.close()
      await database?.close()
    },
  }
}

/** `settings`: of the server, beside those that the form needs. */
type Open = (settings?: Readonly<Record<string, string>>) => Promise<Site>

export const forms: readonly (readonly [string, Open])[] = [
  [
    'embedded',
    async (settings = {}) => {
      const dataDir = dir.next()
      const writers = await embeddedWriters(dataDir)
      const host = roomy()
      return { writers, start: () => startServer(dataDir, { ...writers.environment, ...settings }, host) }
    },
  ],
  [
    'distributed',
    async (settings = {}) => {
      const dataDir = dir.next()
      const writers = await eventStoreWriters()
      const host = roomy()
      return { writers, start: () => startServer(dataDir, { ...writers.environment, ...settings }, host) }
    },
  ],
]

/**
 * Runs a server for the tests of a `describe`, which begin when its host is known. `use` is given the site and its server, and again after each
 * restart. Answers what restarts it, which waits for no host.
 */
export const runSite = (
  open: () => Promise<Site>,
  use: (site: Site, server: Running) => void,
): (() => Promise<void>) => {
  let site: Site
  let server: Running
  const start = async () => {
    server = await site.start()
    use(site, server)
  }
  beforeAll(async () => {
    site = await open()
    await start()
    await waitFor('the host to be known', () => server.isPlaceable())
  }, 120_000)
  afterAll(async () => {
    await server.stop()
    await site.writers.close()
  }, 120_000)
  return async () => {
    await server.stop()
    await start()
  }
}
