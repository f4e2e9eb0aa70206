import { randomUUID } from 'node:crypto'
import { afterAll, it } from 'vitest'
import { createKurrentCheckpointStore } from '../../../commands/adapters/kurrentdb/checkpoint-store.ts'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { checkpointStoreContract } from '../../contracts/checkpoint-store.contract.ts'
import { eventStoreContract } from '../../contracts/event-store.contract.ts'
import { plainAddressOf } from '../../support/eventstore-standin/plain-address.ts'
import { findRealEventStore } from '../../support/real-event-store.ts'
import { silentLog } from '../../support/silent-log.ts'
import { callTimeoutMs, openStores, openThroughNetwork } from './test-store.ts'

const server = await findRealEventStore()

if ('missing' in server) {
  it('passes the same suites on a real server', (context) => context.skip(server.missing))
} else {
  const { url, stop } = server
  afterAll(stop)
  const traits = { isShared: true, erasesLater: true }
  const plain = plainAddressOf(url)
  if (plain !== null) {
    const open = () => openThroughNetwork(plain, plain.options)
    eventStoreContract('the KurrentDB event store on a real server', open, { ...traits, isRemote: true })
  } else {
    eventStoreContract('the KurrentDB event store on a real server', async () => openStores(url), traits)
    it('comes through a failing network on a real server', (context) =>
      context.skip('needs a server of one node without TLS, for a proxy to stand before it'))
  }
  // All that is there is in other namespaces: to this store it is empty.
  const openApart = async () => openStores(url, { namespace: `test${randomUUID().replaceAll('-', '').slice(0, 24)}` })
  eventStoreContract('the KurrentDB event store in a namespace of a real server', openApart, { erasesLater: true })
  checkpointStoreContract('the KurrentDB store on a real server', async () => {
    const connection = openKurrentConnection({ url, log: silentLog, callTimeoutMs })
    return {
      store: createKurrentCheckpointStore({ connection }),
      dispose: async () => connection.close(),
    }
  })
}
