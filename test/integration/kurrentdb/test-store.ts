import { createKurrentCheckpointStore } from '../../../commands/adapters/kurrentdb/checkpoint-store.ts'
import {
  type KurrentConnectionOptions,
  openKurrentConnection,
} from '../../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentEventStore } from '../../../commands/adapters/kurrentdb/event-store.ts'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import type { EventStoreFixture } from '../../contracts/event-store.contract.ts'
import { startNetworkLink } from '../../support/network-link.ts'
import { silentLog } from '../../support/silent-log.ts'

/** Longer than a busy machine makes anything wait. */
export const callTimeoutMs = 30_000
/** Short, because tests wait until all tries are over; half as much again, as an append has, is more than the 2 to 3 s of the real server's own patience. */
const onFailingNetwork = { callTimeoutMs: 2500, maxTries: 2 } as const

export const openStore = (url: string, options: Partial<KurrentConnectionOptions> = {}): EventStore =>
  createKurrentEventStore({ connection: openKurrentConnection({ url, log: silentLog, callTimeoutMs, ...options }) })

/** A store, and a second one on the same data where a test asks for it. */
export const openStores = (url: string, options: Partial<KurrentConnectionOptions> = {}): EventStoreFixture => {
  const store = openStore(url, options)
  const stores = [store]
  return {
    store,
    openSecond: async () => {
      const second = openStore(url, options)
      stores.push(second)
      return second
    },
    writeBeside: async () => {
      const connection = openKurrentConnection({ url, log: silentLog, callTimeoutMs, ...options })
      const name = crypto.randomUUID()
      await createKurrentCheckpointStore({ connection }).save(name, { position: 0, holder: 'a test' }, 0)
      connection.close()
    },
    dispose: async () => {
      for (const opened of stores) await opened.close()
    },
  }
}

/** Stores that reach a server through a network that can be made to fail. Without TLS: a certificate names the server's own host. */
export const openThroughNetwork = async (
  server: { readonly host: string; readonly port: number },
  query: string,
  options: Partial<KurrentConnectionOptions> = {},
): Promise<EventStoreFixture> => {
  const link = await startNetworkLink(server)
  const stores = openStores(`esdb://127.0.0.1:${link.port}?${query}`, { ...onFailingNetwork, ...options })
  return {
    ...stores,
    network: {
      drop: async () => link.drop(),
      cut: async () => {
        await link.refuse()
        return link.restore
      },
      loseAnswers: async () => {
        link.loseAnswers()
        return link.restore
      },
    },
    dispose: async () => {
      await stores.dispose()
      await link.close()
    },
  }
}
