import { randomUUID } from 'node:crypto'
import { EventStoreDBClient } from '@eventstore/db-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentEventStore } from '../../../commands/adapters/kurrentdb/event-store.ts'
import { createKurrentStreamInspector } from '../../../commands/adapters/kurrentdb/stream-inspector.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { anEvent } from '../../support/any-event.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { findRealEventStore } from '../../support/real-event-store.ts'
import { silentLog } from '../../support/silent-log.ts'
import { callTimeoutMs } from './test-store.ts'

const { signal } = new AbortController()

type Server = { readonly url: string; readonly stop: () => Promise<void> | void }

const defineTests = (start: () => Promise<Server>): void => {
  let server: Server
  let client: EventStoreDBClient
  const open = (namespace: string | null) => {
    const connection = openKurrentConnection({ url: server.url, log: silentLog, callTimeoutMs, namespace })
    const store = createKurrentEventStore({ connection })
    const inspector = createKurrentStreamInspector({ connection, eventStore: store })
    return {
      connection,
      store,
      inspector,
      write: async (name: string, count = 3): Promise<StreamName> => {
        const stream = `flavor-${name}` as StreamName
        await store.append(
          stream,
          Array.from({ length: count }, () => anEvent({})),
          'no-stream',
        )
        return stream
      },
      set: (stream: string, metadata: Parameters<EventStoreDBClient['setStreamMetadata']>[1]) =>
        client.setStreamMetadata(connection.names.onServer(stream), metadata),
      look: async () => (await inspector.inspect(signal)).streams,
    }
  }
  let log: ReturnType<typeof open>
  beforeAll(async () => {
    server = await start()
    client = EventStoreDBClient.connectionString(server.url)
    log = open(`test${randomUUID().replaceAll('-', '').slice(0, 24)}`)
  })
  afterAll(async () => {
    await log.store.close()
    await client.dispose()
    await server.stop()
  })

  it('finds nothing in a log that nobody has touched', async () => {
    await log.write('whole')
    expect(await log.inspector.inspect(signal)).toEqual({ streams: [], complete: true })
  })

  it('finds what is set on a stream, and where the stream begins with it', async () => {
    const stream = await log.write('limited')
    await log.set(stream, { maxCount: 2 })
    expect(await log.look()).toEqual([{ stream, settings: ['$maxCount: 2'], first: 1 }])
    await log.set(stream, { maxAge: 3600, cacheControl: 5, acl: { readRoles: ['$all'] }, color: 'red' } as never)
    expect(await log.look()).toEqual([{ stream, settings: ['$maxAge: 3600', '$cacheControl: 5', '$acl'], first: 0 }])
    await log.set(stream, {})
    expect(await log.look()).toEqual([])
  })

  it('finds what was cut off a head, deleted and deleted for good', async () => {
    const cut = await log.write('cut')
    const removed = await log.write('removed')
    const gone = await log.write('gone')
    await log.set(cut, { truncateBefore: 2 })
    await client.deleteStream(log.connection.names.onServer(removed))
    await log.store.deleteStream(gone)
    expect(await log.look()).toEqual([
      { stream: cut, settings: ['$tb: 2'], first: 2 },
      { stream: gone, settings: ['deleted for good'], first: null },
      { stream: removed, settings: ['deleted'], first: null },
    ])
  })

  it('finds which of many streams have no events', async () => {
    const written = await Promise.all(Array.from({ length: 20 }, (_, n) => log.write(`many${n}`, 1)))
    const removed = await log.write('emptied')
    await client.deleteStream(log.connection.names.onServer(removed))
    const never = 'flavor-never' as StreamName
    expect(await log.inspector.findEmpty([removed, ...written, never], signal)).toEqual([removed, never])
    expect(await log.inspector.findEmpty([], signal)).toEqual([])
  })

  it('takes no notice of other programs, of other namespaces and of what is no stream of an aggregate', async () => {
    const before = await log.look()
    const other = open(`other${randomUUID().replaceAll('-', '').slice(0, 20)}`)
    const stream = await other.write('elsewhere')
    await other.set(stream, { maxCount: 1 })
    await log.set('operation-42', { maxCount: 1 })
    await log.set('checkpoint-relay', { maxCount: 1 })
    await client.setStreamMetadata(`orders-${randomUUID()}`, { maxCount: 1 })
    expect(await log.look()).toEqual(before)
    expect(await other.look()).toMatchObject([{ stream, first: 2 }])
    await other.store.close()
  })
}

describe('the inspector of streams on the stand-in', () => {
  defineTests(async () => {
    const { url, close } = await startEventStoreStandIn()
    return { url, stop: close }
  })
})

const real = await findRealEventStore()
describe('the inspector of streams on a real server', () => {
  if ('missing' in real) it('finds the same', (context) => context.skip(real.missing))
  else defineTests(async () => real)
})
