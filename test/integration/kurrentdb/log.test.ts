import { afterEach, describe, expect, it } from 'vitest'
import { createKurrentCheckpointStore } from '../../../commands/adapters/kurrentdb/checkpoint-store.ts'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentEventStore } from '../../../commands/adapters/kurrentdb/event-store.ts'
import { createFollower } from '../../../commands/adapters/kurrentdb/follow-log.ts'
import { createHead } from '../../../commands/adapters/kurrentdb/head.ts'
import {
  beforeFirst,
  EventRefused,
  type EventStore,
  EventStoreUnavailable,
  type StoredEvent,
  type SubscriptionBatch,
} from '../../../commands/ports/event-store.ts'
import { createStreamName } from '../../../domain/stream.ts'
import { anEvent } from '../../support/any-event.ts'
import { type EventStoreStandIn, startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { silentLog } from '../../support/silent-log.ts'
import { waitFor } from '../../support/wait-for.ts'
import { callTimeoutMs } from './test-store.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const open = async ({ namespace = null }: { readonly namespace?: string | null } = {}) => {
  const server = await startEventStoreStandIn()
  const connection = openKurrentConnection({ url: server.url, namespace, log: silentLog, callTimeoutMs })
  closing.push(server.close, connection.close)
  return {
    server,
    store: createKurrentEventStore({ connection }),
    checkpoints: createKurrentCheckpointStore({ connection }),
  }
}
/** Another store on the same server, which has seen nothing yet. */
const openBeside = (server: EventStoreStandIn, namespace: string, timeoutMs = callTimeoutMs): EventStore => {
  const connection = openKurrentConnection({ url: server.url, namespace, log: silentLog, callTimeoutMs: timeoutMs })
  closing.push(connection.close)
  return createKurrentEventStore({ connection })
}
const aStream = (category = 'instance') => createStreamName(category, crypto.randomUUID())
const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('expected a rejection')
    },
    (error) => error,
  )

/** Follows in the background, and tells what has come. */
const followed = (store: EventStore, after = beforeFirst, categories?: readonly string[]) => {
  const stop = new AbortController()
  closing.push(() => stop.abort())
  const batches: SubscriptionBatch[] = []
  const ended = (async () => {
    for await (const batch of store.subscribe({ after, signal: stop.signal, ...(categories && { categories }) })) {
      batches.push(batch)
    }
  })()
  ended.catch(() => undefined)
  return {
    batches,
    ended,
    events: (): readonly StoredEvent[] => batches.flatMap((batch) => (batch.kind === 'events' ? batch.events : [])),
    position: () => batches.at(-1)?.position ?? beforeFirst,
  }
}

describe('an event in KurrentDB', () => {
  it('has its data as it is, its version in the metadata, and the id it was given', async () => {
    const { server, store } = await open()
    const stream = aStream()
    const event = { ...anEvent({ name: 'shop', size: 1.5 }), version: 3 }
    await store.append(stream, [event], 'no-stream')
    const [record] = server.log.records.filter((candidate) => candidate.stream === stream)
    expect(JSON.parse(Buffer.from(record?.data ?? '').toString())).toEqual(event.data)
    expect(JSON.parse(Buffer.from(record?.metadata ?? '').toString())).toEqual({ ...event.metadata, schemaVersion: 3 })
    expect(record).toMatchObject({ id: event.id, type: event.type, contentType: 'application/json' })
  })

  it('is refused with the others when they are too many bytes for one append of the server', async () => {
    const { store } = await open()
    const stream = aStream()
    // The server says so after the second, while the others are still on their way.
    const events = Array.from({ length: 6 }, () => anEvent({ text: 'x'.repeat(600_000) }))
    const error = await rejection(store.append(stream, events, 'no-stream'))
    expect(error).toBeInstanceOf(EventRefused)
    expect(error.message).toContain('1048576')
    expect(await store.append(stream, events.slice(0, 1), 'no-stream')).toMatchObject({ revision: 0 })
  })

  it('cannot be appended to a deleted stream, which has a tombstone and may be deleted again', async () => {
    const { server, store } = await open()
    const stream = aStream('key')
    await store.append(stream, [anEvent({})], 'no-stream')
    await store.deleteStream(stream)
    await store.deleteStream(stream)
    expect(server.log.read(stream)).toBe('deleted')
    expect(server.calls('tombstone')).toBe(1)
    const error = await rejection(store.append(stream, [anEvent({})], 'no-stream'))
    expect(error).toBeInstanceOf(EventRefused)
    expect(error.message).toContain(stream)
  })
})

describe('a subscription to KurrentDB', { timeout: 60_000 }, () => {
  it.each(['error', 'cancellation', 'end'] as const)('that ends with "%s" is a drop', async (how) => {
    const { server, store } = await open()
    const { ended, batches, events } = followed(store)
    await waitFor('the present', () => batches.length > 0)
    // The subscription to the past may still be there for a moment: what comes after it has come by the one to the present.
    await store.append(aStream(), [anEvent({})], 'no-stream')
    await waitFor('an event that comes live', () => events().length > 0)
    server.dropSubscriptions(how)
    expect(await rejection(ended)).toBeInstanceOf(EventStoreUnavailable)
  })

  it('sees neither checkpoints nor what the server writes, and they do not move the head', async () => {
    const { server, store, checkpoints } = await open()
    const { position } = await store.append(aStream(), [anEvent({})], 'no-stream')
    for (let version = 0; version < 40; version += 1) {
      await checkpoints.save('relay', { position, holder: 'a' }, version)
    }
    expect(await store.head()).toBe(position)
    const all = followed(store)
    const named = followed(store, beforeFirst, ['checkpoint', 'instance'])
    const last = Number(server.log.records.at(-1)?.position)
    await waitFor('both to come to the end', () => all.position() >= last && named.position() >= last)
    expect(all.events()).toHaveLength(1)
    expect(named.events()).toHaveLength(1)
  })

  it('moves on at once past what its filter leaves out, also when it waits for the next event', async () => {
    const { store } = await open()
    const hosts = followed(store, beforeFirst, ['host'])
    await waitFor('the present', () => hosts.batches.length > 0)
    for (const category of ['instance', 'key', 'operation']) {
      const { position } = await store.append(aStream(category), [anEvent({})], 'no-stream')
      await waitFor(`the position of ${category}`, () => hosts.position() >= position)
    }
    expect(hosts.events()).toEqual([])
  })

  it('to no category at all still says how far the log is', async () => {
    const { store } = await open()
    const none = followed(store, beforeFirst, [])
    const { position } = await store.append(aStream(), [anEvent({})], 'no-stream')
    await waitFor('the position', () => none.position() >= position)
    expect(none.events()).toEqual([])
  })

  it('never says it is further than the events it has handed over, however slowly they are taken', async () => {
    const { store } = await open()
    const streams = Array.from({ length: 6 }, (_, index) => aStream(index % 2 === 0 ? 'instance' : 'host'))
    const write = async (stream: (typeof streams)[number]) => {
      for (let revision = 0; revision < 100; revision += 1) {
        await store.append(stream, [anEvent({})], revision === 0 ? 'no-stream' : revision - 1)
      }
    }
    let writing: Promise<unknown> | undefined
    const handed = new Set<string>()
    const claims: number[] = []
    const before = new Map<number, number>()
    for await (const batch of store.subscribe({
      after: beforeFirst,
      categories: ['instance'],
      signal: new AbortController().signal,
    })) {
      if (batch.kind === 'events') for (const event of batch.events) handed.add(event.id)
      claims.push(batch.position)
      before.set(batch.position, handed.size)
      writing ??= Promise.all(streams.map(write))
      // As much as can be is on its way to the client when it goes on.
      if (handed.size > 0) await writing
      if (handed.size === 300) break
    }
    const positions: number[] = []
    for await (const page of store.readAll({
      after: beforeFirst,
      categories: ['instance'],
      signal: new AbortController().signal,
    })) {
      positions.push(...page.map((event) => event.position))
    }
    expect(positions).toHaveLength(300)
    expect(claims.toSorted((a, b) => a - b)).toEqual(claims)
    for (const claim of claims) {
      expect(before.get(claim)).toBe(positions.filter((position) => position <= claim).length)
    }
  })

  it('of somebody who was long away goes through the past again, and misses and repeats nothing', async () => {
    const { server, store } = await open()
    const connection = openKurrentConnection({ url: server.url, log: silentLog, callTimeoutMs })
    closing.push(connection.close)
    const { subscribe } = createFollower({ connection, head: createHead(connection), slowMs: 0 })
    const stream = aStream()
    await store.append(stream, [anEvent({})], 'no-stream')
    const revisions: number[] = []
    let reads = 0
    for await (const batch of subscribe({ after: beforeFirst, signal: new AbortController().signal })) {
      if (batch.kind === 'events') revisions.push(...batch.events.map(({ revision }) => revision))
      if (revisions.length === 151) break
      // The present has been reached.
      if (batch.kind === 'caught-up' && reads === 0) reads = server.calls('read')
      const written = server.log.records.filter((record) => record.stream === stream).length
      if (reads > 0 && written < 151) {
        await store.append(
          stream,
          Array.from({ length: 50 }, () => anEvent({})),
          written - 1,
        )
      }
    }
    expect(revisions).toEqual(Array.from({ length: 151 }, (_, index) => index))
    // One that listens to the present, the end of the log asked for, and the way there.
    expect(server.calls('read') - reads).toBeGreaterThanOrEqual(3)
  })

  it('takes no place for passed that it was told of by mistake, as some versions do', async () => {
    const { server, store } = await open()
    server.faults.overshoots = true
    const first = await store.append(aStream(), [anEvent({})], 'no-stream')
    const all = followed(store)
    await waitFor('the present', () => all.batches.some(({ kind }) => kind === 'caught-up'))
    // More than the server keeps for a subscriber, while it is held back: it goes through the past by itself, and to its end.
    await store.append(
      aStream(),
      Array.from({ length: 200 }, () => anEvent({})),
      'no-stream',
    )
    await waitFor('all of it', () => all.events().length === 201)
    const last = Number(server.log.records.at(-1)?.position)
    await waitFor('the end', () => all.position() >= last)
    expect(all.batches.every(({ position }) => position >= first.position && position <= last)).toBe(true)
  })

  it('goes on after a record that was scavenged since, also where the server would leave out the first that is left', async () => {
    const { server, store, checkpoints } = await open()
    await store.append(aStream(), [anEvent({})], 'no-stream')
    await checkpoints.save('relay', { position: 0, holder: 'a' }, 0)
    const saved = server.log.records.at(-1)
    if (saved === undefined) throw new Error('nothing was saved')
    server.log.erase(saved)
    server.faults.skipsFirst = true
    const { position } = await store.append(aStream(), [anEvent({})], 'no-stream')
    const { signal } = new AbortController()
    const left: number[] = []
    for await (const page of store.readAll({ after: Number(saved.position), signal })) {
      left.push(...page.map((event) => event.position))
    }
    expect(left).toEqual([position])
    const rest = followed(store, Number(saved.position))
    await waitFor('the event', () => rest.events().length === 1)
    await store.append(aStream(), [anEvent({})], 'no-stream')
    await waitFor('the next one', () => rest.events().length === 2)
  })

  it('is taken up again by itself where the server drops who is too slow', async () => {
    const { server, store } = await open()
    const all = followed(store)
    await waitFor('the present', () => all.batches.length > 0)
    await store.append(aStream(), [anEvent({})], 'no-stream')
    await waitFor('an event that comes live', () => all.events().length === 1)
    server.dropSubscriptions('slowness')
    await store.append(aStream(), [anEvent({})], 'no-stream')
    await waitFor('the event after that', () => all.events().length === 2)
  })

  it('leaves out events of other programs in streams that are not named as ours', async () => {
    const { server, store } = await open()
    const foreign = { id: crypto.randomUUID(), type: 'Seen', contentType: 'application/octet-stream' }
    server.log.append('Other stream', 'any', [{ ...foreign, data: Buffer.from([1]), metadata: Buffer.alloc(0) }])
    const { position } = await store.append(aStream(), [anEvent({})], 'no-stream')
    const all = followed(store)
    await waitFor('the event', () => all.position() >= position)
    expect(all.events().map((event) => event.position)).toEqual([position])
  })
})

it('finds its last event, or that there is none, in a log that is full of others, without reading it through', async () => {
  const { server, store, checkpoints } = await open({ namespace: 'blue' })
  const others = (count: number) => {
    const data = Buffer.from('{}')
    const event = () => ({
      id: crypto.randomUUID(),
      type: 'Seen',
      contentType: 'application/json',
      data,
      metadata: data,
    })
    server.log.append(`green.instance-${crypto.randomUUID()}`, 'any', Array.from({ length: count }, event))
  }
  const reads = server.calls('read')
  others(3000)
  expect(await store.head()).toBe(beforeFirst)
  const { position } = await store.append(aStream('key'), [anEvent({})], 'no-stream')
  await checkpoints.save('relay', { position, holder: 'a' }, 0)
  others(3000)
  expect(await openBeside(server, 'blue').head()).toBe(position)
  expect(server.calls('read') - reads).toBe(4)

  // However long that takes: the server says nothing meanwhile.
  server.faults.searchMs = 4000
  expect(await openBeside(server, 'blue', 2000).head()).toBe(position)
})

it('has all streams in its namespace, those of checkpoints too', async () => {
  const { server, store, checkpoints } = await open({ namespace: 'blue' })
  const stream = aStream()
  const { position } = await store.append(stream, [anEvent({})], 'no-stream')
  await checkpoints.save('relay', { position, holder: 'a' }, 0)
  const names = new Set(server.log.records.map((record) => record.stream.replace(/^\$\$/, '')))
  expect([...names]).toEqual(['$users', `blue.${stream}`, 'blue.checkpoint-relay'])
})

it('keeps only the last few events of the stream of a checkpoint', async () => {
  const { server, checkpoints } = await open()
  for (let version = 0; version < 25; version += 1) {
    await checkpoints.save('relay', { position: version, holder: 'a' }, version)
  }
  expect(server.log.read('checkpoint-relay')).toHaveLength(10)
})
