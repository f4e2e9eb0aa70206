import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { createStreamName } from '../../../domain/stream.ts'
import { eventStoreContract } from '../../contracts/event-store.contract.ts'
import { anEvent } from '../../support/any-event.ts'
import { type EventStoreStandIn, startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { openStore, openThroughNetwork } from './test-store.ts'

eventStoreContract(
  'the KurrentDB event store on the stand-in',
  async () => {
    const server = await startEventStoreStandIn()
    const fixture = await openThroughNetwork(server, 'tls=false')
    return {
      ...fixture,
      dispose: async () => {
        await fixture.dispose()
        server.close()
      },
    }
  },
  { isRemote: true, erasesLater: true },
)

let shared: EventStoreStandIn
beforeAll(async () => {
  shared = await startEventStoreStandIn()
  Object.assign(shared.faults, { overshoots: true, skipsFirst: true })
})
afterAll(() => shared.close())

eventStoreContract(
  'the KurrentDB event store in a namespace, beside others, on a server with the quirks of former versions',
  async () => {
    for (const namespace of [null, 'other', 'test']) {
      const store = openStore(shared.url, { namespace })
      await store.append(createStreamName('instance', randomUUID()), [anEvent({}), anEvent({})], 'no-stream')
      await store.append(createStreamName('key', randomUUID()), [anEvent({})], 'no-stream')
      await store.close()
    }
    return openThroughNetwork(shared, 'tls=false', { namespace: `test${randomUUID().slice(0, 8)}` })
  },
  { isRemote: true, erasesLater: true },
)
