import { Server, ServerCredentials } from '@grpc/grpc-js'
import { freePort } from '../free-ports.ts'
import { createAppend, createDelete, createTombstone } from './append.ts'
import { createBatchAppend } from './batch-append.ts'
import { rpcErrors } from './errors.ts'
import { createGate, type Faults, noFaults, type User } from './faults.ts'
import { createStandInLog, type StandInLog } from './log.ts'
import { GossipService, gossip, ServerFeaturesService, StreamsService, serverFeatures } from './protocol.ts'
import { createRead } from './read.ts'
import type { ReadCall } from './read-call.ts'

export type StandInOptions = {
  /** Default: any free one. */
  readonly port?: number
  /** Where the log is kept, to be there again after a restart of the process. Default: in memory alone. */
  readonly file?: string
  /** By name; default: everybody may do everything. Clients send credentials over TLS only. */
  readonly users?: Readonly<Record<string, User>>
  /** PEM. */
  readonly tls?: { readonly key: Buffer; readonly certificate: Buffer }
}

export type EventStoreStandIn = {
  readonly host: '127.0.0.1'
  readonly port: number
  /** For clients; without credentials. */
  readonly url: string
  readonly log: StandInLog
  readonly faults: Faults
  /** How often a method was called, by its name in the protocol: `append`, `batchAppend`, `read`, `delete`, `tombstone`. */
  readonly calls: (method: string) => number
  /**
   * Ends all subscriptions with an error, with what a client takes for its own cancellation, as if they were over, or because they are too slow (as
   * before EventStoreDB 24.2).
   */
  readonly dropSubscriptions: (how: keyof typeof drops | 'end') => void
  /** Breaks off everything and listens no more; what was written stays. */
  readonly goAway: () => void
  /** On the same port. */
  readonly comeBack: () => Promise<void>
  readonly close: () => void
}

/** What the web server under the real one lets a connection have at once; a client keeps the others back (Kestrel's default). */
const maxCallsOfConnection = 100

/** A server of the EventStoreDB protocol for tests where no real one can be had. `README.md` says what it does not do. */
export const startEventStoreStandIn = async (options: StandInOptions = {}): Promise<EventStoreStandIn> => {
  const log = createStandInLog(options.file === undefined ? {} : { file: options.file })
  const faults = noFaults()
  const gate = createGate({ faults, users: options.users ?? null })
  const subscriptions = new Set<ReadCall>()
  const calls = new Map<string, number>()
  const deps = { log, gate, faults, subscriptions }
  const counted = <Handler extends (...args: never[]) => unknown>(method: string, handler: Handler): Handler =>
    ((...args: never[]) => {
      calls.set(method, (calls.get(method) ?? 0) + 1)
      return handler(...args)
      // The same function to whoever calls it.
    }) as Handler

  const listen = async (port: number): Promise<{ readonly server: Server; readonly port: number }> => {
    const server = new Server({
      'grpc.max_receive_message_length': 17 * 1024 * 1024,
      'grpc.max_concurrent_streams': maxCallsOfConnection,
    })
    server.addService(StreamsService, {
      read: counted('read', createRead(deps)),
      append: counted('append', createAppend(deps)),
      delete: counted('delete', createDelete(deps)),
      tombstone: counted('tombstone', createTombstone(deps)),
      batchAppend: counted('batchAppend', createBatchAppend(deps)),
    })
    server.addService(ServerFeaturesService, {
      getSupportedMethods: (_: unknown, answer: (error: null, methods: object) => void) =>
        answer(null, supportedMethods()),
    })
    server.addService(GossipService, {
      read: (_: unknown, answer: (error: null, cluster: object) => void) => answer(null, clusterOfOne()),
    })
    const credentials = options.tls
      ? ServerCredentials.createSsl(null, [{ private_key: options.tls.key, cert_chain: options.tls.certificate }])
      : ServerCredentials.createInsecure()
    return new Promise((resolve, reject) =>
      server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) =>
        error ? reject(error) : resolve({ server, port: bound }),
      ),
    )
  }

  const clusterOfOne = (): object => {
    const { address, port } = faults.leader
      ? { address: faults.leader.host, port: faults.leader.port }
      : { address: '127.0.0.1', port: first.port }
    const member = new gossip.MemberInfo()
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(address).setPort(port))
    return new gossip.ClusterInfo().setMembersList([member])
  }

  const first = await listen(options.port ?? (await freePort()))
  const { port } = first
  let server: Server | undefined = first.server
  const goAway = (): void => {
    server?.forceShutdown()
    server = undefined
    subscriptions.clear()
  }

  return {
    host: '127.0.0.1',
    port,
    url: `esdb://127.0.0.1:${port}?tls=${options.tls !== undefined}`,
    log,
    faults,
    calls: (method) => calls.get(method) ?? 0,
    dropSubscriptions: (how) => {
      for (const call of [...subscriptions]) {
        if (how === 'end') call.end()
        else call.emit('error', drops[how]())
      }
    },
    goAway,
    comeBack: async () => {
      server ??= (await listen(port)).server
    },
    close: goAway,
  }
}

const drops = {
  error: () => rpcErrors.unavailable('Server Is Too Busy'),
  cancellation: rpcErrors.cancelled,
  slowness: () => rpcErrors.timeout('Consumer too slow to handle event while live. Client resubscription required.'),
} as const

const supportedMethods = (): object =>
  new serverFeatures.SupportedMethods().setEventStoreServerVersion('23.10.0.0').setMethodsList(
    Object.values(StreamsService).map(({ path }) => {
      const [, service = '', method = ''] = path.split('/')
      return new serverFeatures.SupportedMethod()
        .setServiceName(service)
        .setMethodName(method.toLowerCase())
        .setFeaturesList([])
    }),
  )
