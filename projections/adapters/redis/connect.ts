import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import type { Log } from '../../../kernel/log.ts'
import { bareError } from './errors.ts'
import { bearLateErrors } from './late-errors.ts'
import { describeTarget, parseRedisUrl, type RedisTarget } from './redis-url.ts'
import { type ScriptName, scripts } from './scripts.ts'

/** PEM texts. `ca`: who must have signed the server's certificate; default: whom Node trusts. */
export type RedisTls = { readonly ca?: string; readonly cert?: string; readonly key?: string }

export type RedisConnectionOptions = {
  /** As `parseRedisUrl` takes it. */
  readonly url: string
  /** For `rediss`. */
  readonly tls?: RedisTls
  /** Where the Sentinels ask for one: the password of the URL is the server's. */
  readonly sentinelPassword?: string
  /** Fields hold no URL, no command and no document. */
  readonly log: Pick<Log, 'info' | 'warn'>
  /** After this long without an answer a connection counts as dead and is made anew. */
  readonly silenceMs: number
}

/** Runs a script of ours: its keys, then its arguments. */
export type RunScript = (...keysAndArguments: readonly (string | number | Buffer)[]) => Promise<unknown>

export type RedisClient = (Redis | Cluster) &
  Readonly<Record<ScriptName, RunScript>> & {
    /** Why there is no connection, from the first failure until there is one again; without anything secret. */
    readonly outage: () => Error | null
  }

/** How many times a connection is tried again before what waits for it fails. */
const maxRetriesPerRequest = 3
const maxRetryDelayMs = 1000

/**
 * A client that connects with its first command, and again for ever after a loss; commands that a lost connection left unanswered are sent
 * again. Whoever needs a connection that blocks makes another client. In a cluster a client has a connection to every node it needs.
 */
export const createRedisClient = (options: RedisConnectionOptions): RedisClient => {
  const target = parseRedisUrl(options.url)
  const client = target.kind === 'cluster' ? createCluster(target, options) : createSingle(target, options)
  bearLateErrors(client)
  if (client instanceof Cluster) client.on('+node', writeTogether)
  else writeTogether(client)
  const outage = reportOutages(client, describeTarget(target), options.log)
  // ioredis makes a method of each script.
  return Object.assign(client, { outage }) as RedisClient
}

const createSingle = (target: RedisTarget, options: RedisConnectionOptions): Redis => {
  const { addresses, master, database } = target
  const common: RedisOptions = {
    ...nodeOptions(target, options),
    db: database,
    lazyConnect: true,
    scripts,
    retryStrategy: retryDelay,
    // A master that became a replica: the connection leads to the wrong server, and the command was not carried out.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  }
  if (target.kind === 'single') return new Redis({ ...common, ...addresses[0] })
  return new Redis({
    ...common,
    sentinels: addresses.map((address) => ({ ...address })),
    name: master as string,
    sentinelRetryStrategy: retryDelay,
    ...(options.sentinelPassword && { sentinelPassword: options.sentinelPassword }),
    ...(target.tls && { enableTLSForSentinelMode: true, sentinelTLS: { ...options.tls } }),
  })
}

const createCluster = (target: RedisTarget, options: RedisConnectionOptions): Cluster => {
  const clusterOptions: ClusterOptions = {
    lazyConnect: true,
    scripts,
    clusterRetryStrategy: retryDelay,
    redisOptions: nodeOptions(target, options),
    slotsRefreshTimeout: options.silenceMs,
    // Certificates are for names, which ioredis would resolve to addresses first.
    ...(target.tls && { dnsLookup: (name, answer) => answer(null, name) }),
  }
  return new Cluster(
    target.addresses.map((address) => ({ ...address })),
    clusterOptions,
  )
}

/**
 * `protocol` 2: replies then look the same from every server. ioredis 6 asks for RESP3 by default, where maps (of XREAD, say) come in
 * another shape, and we need nothing that is new in it.
 */
const nodeOptions = ({ username, password, tls }: RedisTarget, options: RedisConnectionOptions) =>
  ({
    protocol: 2,
    disableClientInfo: true,
    connectionName: 'coffer',
    connectTimeout: options.silenceMs,
    socketTimeout: options.silenceMs,
    maxRetriesPerRequest,
    ...(username && { username }),
    ...(password && { password }),
    ...(tls && { tls: { ...options.tls } }),
  }) satisfies RedisOptions

const retryDelay = (attempt: number): number => Math.min(maxRetryDelayMs, 50 * 2 ** Math.min(attempt, 10))

/**
 * What is sent in one turn of the event loop goes to the socket in one write. ioredis 6.0 writes every command by itself, and a batch that
 * concerns ten views is ten of them at once: the writes took a third of a projector's time. Its own `enableAutoPipelining` would fail
 * what was half answered when a connection broke, instead of sending it again.
 */
const writeTogether = (redis: Redis): void => {
  const { sendCommand } = redis
  redis.sendCommand = (command, stream) => {
    const { stream: socket } = redis
    if (socket?.writableCorked === 0) {
      socket.cork()
      process.nextTick(() => socket.uncork())
    }
    return sendCommand.call(redis, command, stream)
  }
}

/** Says once that Redis is away and once that it is back, however often it was tried in between. */
const reportOutages = (
  client: Redis | Cluster,
  redis: string,
  log: Pick<Log, 'info' | 'warn'>,
): (() => Error | null) => {
  let outage: Error | null = null
  // Without a listener ioredis would write the error, with all that it carries, to standard error.
  client.on('error', (error: unknown) => {
    const reason = bareError(error)
    if (outage === null) log.warn({ err: reason, redis }, 'Redis cannot be reached, trying again')
    outage = reason
  })
  client.on('ready', () => {
    if (outage !== null) log.info({ redis }, 'Redis can be reached again')
    outage = null
  })
  return () => outage
}
