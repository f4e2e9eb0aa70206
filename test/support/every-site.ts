import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, it } from 'vitest'
import { createEmbeddedMessageBus } from '../../commands/adapters/embedded/message-bus.ts'
import { openEmbeddedDatabase } from '../../commands/adapters/embedded/open-database.ts'
import { createKafkaMessageBus } from '../../commands/adapters/kafka/message-bus.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { urlFile } from '../../ops/config/shared-files.ts'
import { readDistributedLog } from './distributed-log.ts'
import { createDistributedSite, sharedStores, whyNoStores } from './distributed-site.ts'
import { type LoggedEvent, readLog } from './embedded-log.ts'
import { type Cli, createCli } from './run-cli.ts'
import { createServerApi } from './server-api.ts'
import type { Environment, ServerProcess } from './server-process.ts'
import { createServerSite } from './server-site.ts'
import { silentLog } from './silent-log.ts'
import { readAllKeys, readAllTopics, readWholeStore } from './stored-text.ts'

export type OpenBus = { readonly bus: MessageBus; readonly close: () => Promise<void> }

/** A whole Coffer in one of its two forms, as its clients see it. */
export type Site = {
  readonly form: 'embedded' | 'distributed'
  /** Of the host, with its engines. */
  readonly dataDir: string
  /** Where processes of the control plane keep their files: in the embedded form, on the host. */
  readonly controlDir: string
  /** On the machine of the control plane. */
  readonly cli: Cli
  /**
   * Starts the process that serves the API, and with the first one all that belongs to it. It can make databases when this resolves. What is
   * set is set for all that are started, but for the port: that is of the API.
   */
  readonly start: (env?: Environment) => Promise<ServerProcess>
  /** Starts a process of these roles alone. */
  readonly startRoles: (roles: string, env?: Environment) => Promise<ServerProcess>
  /** What the processes have written to standard output and standard error so far. */
  readonly output: () => string
  readonly readLog: () => Promise<readonly LoggedEvent[]>
  /** A further client of the bus. */
  readonly openBus: () => OpenBus
  /** All that is kept outside of both directories, by where it is. */
  readonly readStores: () => Promise<ReadonlyMap<string, string>>
}

const createEmbedded = (label: string): Site => {
  const site = createServerSite(label)
  const servers: ServerProcess[] = []
  const start = async (env: Environment, args: readonly string[] = []): Promise<ServerProcess> => {
    const server = await site.start({ env, args })
    servers.push(server)
    return server
  }
  return {
    form: 'embedded',
    dataDir: site.dataDir,
    controlDir: site.dataDir,
    cli: site.cli,
    start: (env = {}) => start(env),
    startRoles: (roles, env = {}) => start(env, ['--role', roles]),
    output: () => servers.map(({ output }) => output()).join(''),
    readLog: async () => readLog(site.dataDir),
    openBus: () => {
      const database = openEmbeddedDatabase({ dataDir: site.dataDir })
      const bus = createEmbeddedMessageBus({ database })
      const close = async (): Promise<void> => {
        await bus.close()
        await database.close()
      }
      return { bus, close }
    },
    readStores: async () => new Map(),
  }
}

const createDistributed = (label: string): Site => {
  const site = createDistributedSite(label)
  const { dataDir, controlDir, namespace } = site
  const servers: ServerProcess[] = []
  let isWhole = false

  const startRoles = async (roles: string, env: Environment = {}): Promise<ServerProcess> => {
    const server = await site.start(roles, env)
    servers.push(server)
    if (roles.includes('api')) {
      // As an operator tells clients on the same machine.
      mkdirSync(controlDir, { recursive: true, mode: 0o700 })
      writeFileSync(join(controlDir, urlFile), `${server.url}\n`, { mode: 0o600 })
    }
    return server
  }
  const startOthers = async ({ COFFER_PORT: _ofApi, ...env }: Environment): Promise<void> => {
    await Promise.all(['saga', 'projector', 'agent'].map((role) => startRoles(role, env)))
  }

  return {
    form: 'distributed',
    dataDir,
    controlDir,
    cli: createCli(controlDir),
    start: async (env = {}) => {
      const [server] = await Promise.all([startRoles('api', env), isWhole ? null : startOthers(env)])
      isWhole = true
      await createServerApi(server).untilOffered()
      return server
    },
    startRoles,
    output: () => servers.map(({ output }) => output()).join(''),
    readLog: async () => {
      const log = await readDistributedLog({ url: sharedStores().eventStoreUrl, namespace })
      return log.map(({ position, stream, type, data }) => ({
        position,
        stream,
        type,
        data: data as LoggedEvent['data'],
      }))
    },
    openBus: () => {
      const bus = createKafkaMessageBus({
        brokers: sharedStores().brokers,
        clientId: `coffer-${label}`,
        namespace,
        log: silentLog,
      })
      return { bus, close: () => bus.close() }
    },
    readStores: async () => {
      const { brokers, redisUrl, eventStoreUrl } = sharedStores()
      const redis = new Redis(redisUrl)
      try {
        return new Map([
          ...(await readAllTopics(brokers, `${namespace}.`)),
          ...(await readAllKeys(redis, `*${namespace}*`)),
          ['the log', await readWholeStore({ url: eventStoreUrl, namespace })],
        ])
      } finally {
        redis.disconnect()
      }
    },
  }
}

/** Defines tests of which nothing depends on the form beyond those that `onEverySite` has of it. */
export const onEmbeddedSite = (label: string, define: (site: Site) => void): void => {
  describe('embedded:', () => define(createEmbedded(label)))
}

/** Defines the same tests for a server on the embedded stores, and for roles in processes of their own on Kafka, Redis and an event store. */
export const onEverySite = (label: string, define: (site: Site) => void): void => {
  onEmbeddedSite(label, define)
  describe('distributed:', () => {
    const missing = whyNoStores()
    if (missing) it(`does the same as ${label}`, (context) => context.skip(missing))
    else define(createDistributed(`${label}-distributed`))
  })
}
