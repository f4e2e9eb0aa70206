import { afterEach, expect, it } from 'vitest'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentEventStore } from '../../../commands/adapters/kurrentdb/event-store.ts'
import { checkStores, StoreRefused } from '../../../ops/compose/check-stores.ts'
import { openDistributedStores } from '../../../ops/compose/distributed-stores.ts'
import type { CentralParts } from '../../../ops/compose/parts.ts'
import { loadConfig } from '../../../ops/config.ts'
import { createEventLog } from '../../support/event-log.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const disposals: (() => unknown)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const { log } = createRecordingLog()

/** A server of sagas on an event store where somebody has offered a datastore version, in this namespace. */
const start = async (written: string | null, configured: Readonly<Record<string, string>>) => {
  const server = await startEventStoreStandIn()
  const connection = openKurrentConnection({ url: server.url, log, namespace: written })
  disposals.push(server.close, connection.close)
  const event = createEventLog().add('DatastoreVersionOffered', exampleWorld())
  await createKurrentEventStore({ connection }).append(event.stream, [event], 'no-stream')
  const { config } = loadConfig({
    COFFER_ROLES: 'saga',
    COFFER_MASTER_KEY: 'k'.repeat(43),
    COFFER_EVENTSTORE_URL: server.url,
    COFFER_KAFKA_BROKERS: '127.0.0.1:1',
    ...configured,
  })
  const stores = openDistributedStores({ config, log, onFatal: () => {} })
  disposals.push(stores.close)
  // Of the parts, the check of a saga uses the stores alone.
  const check = () => checkStores({ stores } as CentralParts, config)
  return { stores, check }
}

it('a server without COFFER_NAMESPACE has its streams in the namespace "coffer"', async () => {
  const { stores, check } = await start('coffer', {})
  await check()
  expect(await stores.eventStore.head()).toBeGreaterThanOrEqual(0)
})

it('a log without a namespace is not left behind unnoticed, and goes on with COFFER_NAMESPACE=none', async () => {
  const forgotten = await start(null, {})
  await expect(forgotten.check()).rejects.toThrow(StoreRefused)
  await expect(forgotten.check()).rejects.toThrow('set COFFER_NAMESPACE=none')
  const { stores, check } = await start(null, { COFFER_NAMESPACE: 'none' })
  await check()
  expect(await stores.eventStore.head()).toBeGreaterThanOrEqual(0)
})

it('a new system beside a log without a namespace says by its namespace that it is another one', async () => {
  const { stores, check } = await start(null, { COFFER_NAMESPACE: 'staging' })
  await check()
  expect(await stores.eventStore.head()).toBe(-1)
})
