import { randomBytes, randomUUID } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, inject } from 'vitest'
import { adminTokenFile } from '../../ops/config/shared-files.ts'
import { type EventStoreStandIn, startEventStoreStandIn } from './eventstore-standin/server.ts'
import { issueJoinToken } from './join-token.ts'
import type { Environment, ServerProcess } from './server-process.ts'
import { createServerSite } from './server-site.ts'
import type { StoreAddresses } from './shared-stores.ts'

export type DistributedSite = {
  /** Of the host. */
  readonly dataDir: string
  /** Of all other roles. The admin token is there, once one of them was started. */
  readonly controlDir: string
  readonly namespace: string
  /** Starts a process of these roles on the stores of the site. `program`: of another version. */
  readonly start: (roles: string, env?: Environment, program?: string) => Promise<ServerProcess>
}

export type RestorableSite = DistributedSite & {
  /** Keeps the log as it is now. */
  readonly copyLog: () => void
  /** Stops the event store, puts the copy in its place, and starts it again. Kafka and Redis go on with what they have. */
  readonly putLogBack: () => Promise<void>
}

/** Why there are no stores that this run shares, or null. */
export const whyNoStores = (): string | null => {
  const stores = inject('stores')
  return 'missing' in stores ? stores.missing : null
}

/** Throws where there are none. */
export const sharedStores = (): StoreAddresses => {
  const stores = inject('stores')
  if ('missing' in stores) throw new Error(stores.missing)
  return stores
}

/**
 * Processes of single roles on the stores that the test files of this run share, in a new namespace. They are gone after the last test of the
 * file (or `describe`).
 */
export const createDistributedSite = (label: string): DistributedSite =>
  createSiteOn(label, async () => sharedStores().eventStoreUrl)

/** The same on a stand-in of its own, whose log can be copied and put back. */
export const createRestorableSite = (label: string): RestorableSite => {
  const directory = mkdtempSync(join(tmpdir(), `coffer-${label}-log-`))
  const [file, copy] = [join(directory, 'log'), join(directory, 'copy')]
  let standIn: EventStoreStandIn | null = null
  const start = async (port?: number): Promise<EventStoreStandIn> => {
    standIn = await startEventStoreStandIn({ file, ...(port !== undefined && { port }) })
    return standIn
  }
  // Registered first, so that it runs last: hooks after tests run in the opposite order.
  afterAll(() => {
    standIn?.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const site = createSiteOn(label, async () => (standIn ?? (await start())).url)
  return {
    ...site,
    copyLog: () => copyFileSync(file, copy),
    putLogBack: async () => {
      const port = standIn?.port
      standIn?.close()
      copyFileSync(copy, file)
      await start(port)
    },
  }
}

const createSiteOn = (label: string, eventStoreUrl: () => Promise<string>): DistributedSite => {
  const site = createServerSite(label)
  const controlDir = join(site.directory, 'control')
  const namespace = `test${randomUUID().replaceAll('-', '').slice(0, 24)}`
  const masterKey = randomBytes(32).toString('base64url')

  const writeAdminToken = (): string => {
    const file = join(controlDir, adminTokenFile)
    mkdirSync(controlDir, { recursive: true, mode: 0o700 })
    // It stays that of the first process.
    try {
      writeFileSync(file, `coffer_admin_${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    return file
  }
  const controlEnvironment = async (): Promise<Environment> => ({
    COFFER_DATA_DIR: controlDir,
    COFFER_EVENTSTORE_URL: await eventStoreUrl(),
    COFFER_REDIS_URL: sharedStores().redisUrl,
    COFFER_MASTER_KEY: masterKey,
    COFFER_ADMIN_TOKEN_FILE: writeAdminToken(),
  })
  let api: Promise<ServerProcess> | null = null
  let hasJoined = false
  /** A host joins once; without an API that could make a token, it waits for one. */
  const agentEnvironment = async (): Promise<Environment> => {
    if (hasJoined || api === null) return {}
    const token = await issueJoinToken(await api)
    hasJoined = true
    return { COFFER_JOIN_TOKEN: token }
  }
  return {
    dataDir: site.dataDir,
    controlDir,
    namespace,
    start: (roles, env = {}, program) => {
      const start = async (needed: Environment): Promise<ServerProcess> => {
        const common = { COFFER_KAFKA_BROKERS: sharedStores().brokers.join(','), COFFER_NAMESPACE: namespace }
        const options = { args: ['--role', roles], env: { ...common, ...needed, ...env } }
        return site.start({ ...options, ...(program !== undefined && { program }) })
      }
      // An agent is given what it needs and nothing else.
      if (roles === 'agent') return agentEnvironment().then(start)
      const started = controlEnvironment().then(start)
      if (roles.includes('api')) api = started
      return started
    },
  }
}
