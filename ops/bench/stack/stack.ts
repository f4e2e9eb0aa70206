import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { MasterKey } from '../../../commands/secrets/master-key.ts'
import { createApiClient } from '../../cli/api-client.ts'
import { DatastoresDocument } from '../../cli/generated/graphql.ts'
import type { RowContext } from '../row.ts'
import { type ProgramProcess, startProgram } from '../server/program-process.ts'
import { type ServerProcess, untilReady } from '../server/server-process.ts'
import { until } from '../until.ts'
import { type StackStores, startStores } from './stores.ts'

/** The distributed system on this machine: stores, and a process of each role, as many as wanted. */
export type Stack = {
  /** Which event store it is. */
  readonly eventStore: string
  /** What every role but an agent is given: where the stores are, the secrets, the data directory. */
  readonly environment: Readonly<Record<string, string>>
  /** Below it, the agent's own directory is `agent`. */
  readonly dataDir: string
  /** Of its control plane. */
  readonly masterKey: MasterKey
  readonly start: (role: Role) => Promise<ProgramProcess>
  /** The same for an API: it answers when it has started. */
  readonly startApi: () => Promise<ServerProcess>
  /** Resolves when the views show what can be created: an agent has been let in by the bus, and what it offers was taken up. */
  readonly databasesAreOnOffer: (api: ServerProcess) => Promise<void>
  /** Stops roles, the last first, and then the stores. */
  readonly stop: () => Promise<void>
}

export type Role = 'api' | 'saga' | 'projector' | 'agent'

/** Not those of a server with embedded stores that runs beside it. */
const enginePorts = '20000-23999'
const offerTimeoutMs = 60_000

/** Starts the stores and no role. Throws `NotHere`. */
export const startStack = async ({ directory, signal, say }: RowContext): Promise<Stack> => {
  say('the stores')
  const stores: StackStores = await startStores(process.env, signal)
  const dataDir = join(directory, 'stack')
  mkdirSync(dataDir, { mode: 0o711 })
  const token = `coffer_admin_${randomBytes(32).toString('base64url')}`
  const common = {
    COFFER_DATA_DIR: dataDir,
    COFFER_PORT: '0',
    COFFER_FETCH_ENGINES: 'none',
    COFFER_ENGINE_PORTS: enginePorts,
  }
  const masterKey = randomBytes(32)
  const ofControl = { COFFER_MASTER_KEY: masterKey.toString('base64url') }
  const secrets = { ...ofControl, COFFER_ADMIN_TOKEN: token }
  const environment = { ...common, ...stores.environment, ...secrets }
  const ofBus = Object.entries(stores.environment).filter(([name]) => /^COFFER_(KAFKA_|NAMESPACE$)/.test(name))
  // By the master key, its host joins without a token.
  const forAgent = { ...common, ...Object.fromEntries(ofBus), ...ofControl, COFFER_ENGINES_ON_STOP: 'stop' }
  const running: ProgramProcess[] = []

  const start = async (role: Role): Promise<ProgramProcess> => {
    const given = role === 'agent' ? forAgent : environment
    const logFile = join(directory, `${role}-${running.length}.log`)
    const started = await startProgram({ args: ['--role', role], environment: given, logFile }, signal)
    running.push(started)
    return started
  }

  return {
    eventStore: stores.eventStore,
    environment,
    dataDir,
    masterKey,
    start,
    startApi: async () => {
      const started = await start('api')
      await untilReady(started.url, signal)
      return { ...started, token }
    },
    databasesAreOnOffer: async (server) => {
      const api = createApiClient(server)
      await until(
        'a database to be on offer',
        async () => {
          const { datastores } = await api.request(DatastoresDocument, {}, signal)
          return datastores.length > 0 || null
        },
        { signal, timeoutMs: offerTimeoutMs },
      )
    },
    stop: async () => {
      for (const { stop } of running.toReversed()) await stop()
      await stores.stop()
    },
  }
}
