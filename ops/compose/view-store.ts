import type { CreatePointLimiter } from '../../graphql/pipeline/rate-limit.ts'
import { createRedisLimiter } from '../../graphql/pipeline/redis-limiter.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createMemoryViewStore } from '../../projections/adapters/memory/view-store.ts'
import { createRedisClient, type RedisConnectionOptions } from '../../projections/adapters/redis/connect.ts'
import { watchEviction } from '../../projections/adapters/redis/eviction.ts'
import { createRedisViewStore } from '../../projections/adapters/redis/view-store.ts'
import { keepViewVersions } from '../../projections/adapters/redis/view-versions.ts'
import type { ViewStore } from '../../projections/ports/view-store.ts'
import { allViews } from '../../projections/registry.ts'
import { createVersionedViewStore, versionedName } from '../../projections/versioned-views.ts'
import { namespacesOf } from '../config/namespaces.ts'
import { type Config, runs } from '../config.ts'
import { readPemFiles } from './pem-files.ts'

export type ReadSide = {
  readonly viewStore: ViewStore
  /** Counts requests together with all other processes; null: this process counts for itself. */
  readonly createLimiter: CreatePointLimiter | null
  /** What is wrong with how the views are kept, although they are there; null if nothing is. */
  readonly warning: () => string | null
  readonly close: () => Promise<void>
}

/** What all keys begin with, but for the brace of a hash tag. */
const keyPrefix = (config: Config): string => {
  const { names } = namespacesOf(config)
  return names === null ? 'coffer' : `${names}.coffer`
}
/** After this long without an answer a connection is made anew. */
const silenceMs = 5000

/** Views in Redis, which connects when first used, or in the memory of this process. Throws `ConfigError`. */
export const openReadSide = (config: Config, kernel: Kernel): ReadSide => {
  const { log } = kernel
  if (config.redisUrl === null) {
    const viewStore = createMemoryViewStore()
    return { viewStore, createLimiter: null, warning: () => null, close: viewStore.close }
  }
  const connection = { ...redisConnection(config, config.redisUrl), log }
  const prefix = keyPrefix(config)
  const stored = createRedisViewStore({ ...connection, prefix })
  const client = createRedisClient({ ...connection, silenceMs })
  const versions = keepViewVersions(
    { client, viewStore: stored, prefix, log },
    allViews.map((projection) => versionedName(projection)),
  )
  const eviction = watchEviction(client, log)
  return {
    viewStore: createVersionedViewStore(stored, allViews),
    createLimiter: runs(config, 'api') ? createRedisLimiter({ client, prefix, kernel }) : null,
    warning: eviction.warning,
    close: async () => {
      await eviction.stop()
      await versions.stop()
      await stored.close()
    },
  }
}

/** Whether this process derives views from the log. In memory they are there for itself alone; in Redis the projectors keep them for all. */
export const keepsViews = (config: Config): boolean =>
  runs(config, 'projector') || (runs(config, 'api') && config.redisUrl === null)

const redisConnection = (config: Config, url: string): Omit<RedisConnectionOptions, 'log' | 'silenceMs'> => {
  const { redisSentinelPassword: sentinelPassword } = config
  const tls = readPemFiles({
    ca: ['COFFER_REDIS_CA_FILE', config.redisCaFile],
    cert: ['COFFER_REDIS_CERT_FILE', config.redisCertFile],
    key: ['COFFER_REDIS_KEY_FILE', config.redisKeyFile],
  })
  return { url, tls, ...(sentinelPassword !== null && { sentinelPassword }) }
}
