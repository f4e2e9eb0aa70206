import {
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  StreamDeletedError,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@eventstore/db-client'
import { afterEach, describe, expect, it } from 'vitest'
import { type EventStoreStandIn, startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('stand-in')
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const start = async (file?: string): Promise<{ server: EventStoreStandIn; client: EventStoreDBClient }> => {
  const server = await startEventStoreStandIn(file === undefined ? {} : { file })
  const client = EventStoreDBClient.connectionString(server.url)
  closing.push(server.close, () => client.dispose())
  return { server, client }
}
const someEvents = (count: number) =>
  Array.from({ length: count }, (_, n) => jsonEvent({ type: 'Counted', data: { n } }))
const revisions = async (events: AsyncIterable<{ event?: { revision: bigint } }>): Promise<bigint[]> => {
  const all: bigint[] = []
  for await (const { event } of events) if (event) all.push(event.revision)
  return all
}

describe('the stand-in of the event store', () => {
  it('takes the batch appends that the client makes by itself, their conflicts and their repeats', async () => {
    const { server, client } = await start()
    const events = someEvents(3)
    const first = await client.appendToStream('batch', events, { expectedRevision: NO_STREAM })
    expect(await client.appendToStream('batch', events, { expectedRevision: NO_STREAM })).toEqual(first)
    const conflict = client.appendToStream('batch', someEvents(1), { expectedRevision: NO_STREAM })
    await expect(conflict).rejects.toThrow(WrongExpectedVersionError)
    await expect(conflict).rejects.toMatchObject({ actualVersion: 2n })
    expect(server.calls('batchAppend')).toBeGreaterThan(0)
  })

  it('lets a softly deleted stream be written on, and one with a tombstone never', async () => {
    const { client } = await start()
    await client.appendToStream('soft', someEvents(2))
    await client.deleteStream('soft')
    await expect(revisions(client.readStream('soft'))).rejects.toMatchObject({ type: 'stream-not-found' })
    await client.appendToStream('soft', someEvents(1), { expectedRevision: NO_STREAM })
    expect(await revisions(client.readStream('soft'))).toEqual([2n])

    await client.tombstoneStream('soft')
    await expect(client.appendToStream('soft', someEvents(1))).rejects.toThrow(StreamDeletedError)
  })

  it('gives a stream what its metadata leaves', async () => {
    const { client } = await start()
    await client.appendToStream('counted', someEvents(5))
    await client.setStreamMetadata('counted', { maxCount: 2 })
    expect(await revisions(client.readStream('counted'))).toEqual([3n, 4n])
    expect(await revisions(client.readStream('counted', { direction: 'backwards', fromRevision: 'end' }))).toEqual([
      4n,
      3n,
    ])
  })

  it('lets streams be subscribed to after a revision, past and present', async () => {
    const { client } = await start()
    await client.appendToStream('followed', someEvents(3))
    const subscription = client.subscribeToStream('followed', { fromRevision: 0n })
    closing.push(() => subscription.unsubscribe())
    const seen: (bigint | undefined)[] = []
    for await (const { event } of subscription) {
      seen.push(event?.revision)
      if (seen.length === 2) await client.appendToStream('followed', someEvents(1))
      if (seen.length === 3) break
    }
    expect(seen).toEqual([1n, 2n, 3n])
  })

  it('lets a subscriber fall behind who is slower than the log, and tells it when it has caught up again', async () => {
    const { client } = await start()
    const checkpoints: { readonly commit: bigint; readonly prepare: bigint }[] = []
    const filter = streamNameFilter({
      prefixes: ['followed'],
      maxSearchWindow: 1,
      checkpointInterval: 1,
      checkpointReached: async (_, position) => void checkpoints.push(position),
    })
    const subscription = client.subscribeToAll({ filter })
    closing.push(() => subscription.unsubscribe())
    let caughtUp = 0
    subscription.on('caughtUp', () => {
      caughtUp += 1
    })
    const seen: (bigint | undefined)[] = []
    const followed = (async () => {
      for await (const { event } of subscription) {
        seen.push(event?.revision)
        if (event?.type === 'Last') return
      }
    })()
    await waitFor('the present', () => caughtUp === 1)
    for (let round = 0; round < 3; round += 1) {
      await client.appendToStream('followed', someEvents(50))
      await client.appendToStream('left-out', someEvents(50))
    }
    await waitFor('the subscriber to have caught up again', () => caughtUp > 1)
    await client.appendToStream('followed', jsonEvent({ type: 'Last', data: {} }))
    await followed
    expect(seen).toEqual(Array.from({ length: 151 }, (_, index) => BigInt(index)))
    // Where the server has looked through, and not where an event is.
    expect(checkpoints.filter(({ prepare }) => prepare === 0n).length).toBeGreaterThan(50)
  })

  it('has its log again after a restart, where it was given a file', async () => {
    const file = dir.next()
    const { server, client } = await start(file)
    await client.appendToStream('kept', someEvents(3))
    server.close()
    const again = await start(file)
    const places = ({ log }: EventStoreStandIn) =>
      log.records.map(({ id, position, revision }) => [id, position, revision])
    expect(places(again.server)).toEqual(places(server))
    expect(await revisions(again.client.readStream('kept'))).toEqual([0n, 1n, 2n])
  })
})
