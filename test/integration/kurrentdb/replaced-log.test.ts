import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type EventStore, EventStoreUnavailable } from '../../../commands/ports/event-store.ts'
import { createFormerLogCheck } from '../../../commands/sagas/former-log.ts'
import { LogReplaced, watchLogIdentity } from '../../../commands/watch-log-identity.ts'
import { createStreamName } from '../../../domain/stream.ts'
import { anEvent } from '../../support/any-event.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openStore } from './test-store.ts'

const dir = createTempDir('replaced-log')
const aStream = () => createStreamName('instance', crypto.randomUUID())
const appendTo = (store: EventStore) => store.append(aStream(), [anEvent({})], 'no-stream')

/** A server that one client stays connected to, while what it serves is put back from a copy. */
const prepare = async () => {
  const folder = dir.next()
  mkdirSync(folder, { recursive: true })
  const [file, copy] = [join(folder, 'log'), join(folder, 'copy')]
  let server = await startEventStoreStandIn({ file })
  const { port, url } = server
  const plain = openStore(url)
  onTestFinished(async () => {
    await plain.close()
    server.close()
  })
  const restart = async (putBack: boolean) => {
    server.close()
    if (putBack) copyFileSync(copy, file)
    server = await startEventStoreStandIn({ file, port })
  }
  return { plain, restart, copy: () => copyFileSync(file, copy) }
}

/** Follows up to the present; where it stands then. */
const catchUp = async (store: EventStore, after: number): Promise<number> => {
  const stop = new AbortController()
  try {
    for await (const { kind, position } of store.subscribe({ after, signal: stop.signal })) {
      if (kind === 'caught-up') return position
    }
  } finally {
    stop.abort()
  }
  throw new Error('the subscription ended')
}

/** The connection notices an outage with its first call. */
const throughOutage = async <T>(work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error
    }
  }
}

describe('a process whose event store was away', { timeout: 60_000 }, () => {
  it('goes on where the log is the same', async () => {
    const { plain, restart } = await prepare()
    const replaced: LogReplaced[] = []
    const store = watchLogIdentity(plain, (error) => replaced.push(error))
    await appendTo(store)
    const place = await catchUp(store, -1)
    await restart(false)
    expect(await throughOutage(() => catchUp(store, place))).toBe(place)
    expect(replaced).toEqual([])
  })

  it('is told, and follows nothing, where it came back with an older copy, also once that has grown', async () => {
    const { plain, restart, copy } = await prepare()
    const replaced: LogReplaced[] = []
    const store = watchLogIdentity(plain, (error) => replaced.push(error))
    await appendTo(store)
    copy()
    await appendTo(store)
    const place = await catchUp(store, -1)
    await restart(true)
    for (const grow of [false, true]) {
      if (grow) for (let count = 0; count < 10; count += 1) await appendTo(plain)
      await expect(throughOutage(() => catchUp(store, place))).rejects.toBeInstanceOf(LogReplaced)
    }
    expect(replaced[0]?.message).toContain('an older copy of the log that this process has followed')
  })
})

describe('a message of an event that the log does not have any more', () => {
  const clock = { now: () => 1_000_000 }
  const bus = { now: async () => null }

  it('is told from those of events it has, where it may be from before the start', async () => {
    const { plain } = await prepare()
    const stream = aStream()
    const event = anEvent({})
    await plain.append(stream, [event], 'no-stream')
    const isInLog = createFormerLogCheck({ eventStore: plain, bus, clock })
    const before = { publishedAt: 999_000 }
    expect(await isInLog(before, { id: event.id, stream, revision: 0 })).toBe(true)
    expect(await isInLog(before, { id: crypto.randomUUID(), stream, revision: 0 })).toBe(false)
    expect(await isInLog(before, { id: event.id, stream, revision: 1 })).toBe(false)
    expect(await isInLog(before, { id: event.id, stream: aStream(), revision: 0 })).toBe(false)
  })

  it('is not looked up where it was published long after the start', async () => {
    const eventStore = {
      readStream: () => {
        throw new Error('looked up')
      },
    }
    const isInLog = createFormerLogCheck({ eventStore, bus, clock })
    const place = { id: crypto.randomUUID(), stream: aStream(), revision: 0 }
    expect(await isInLog({ publishedAt: 2_000_000 }, place)).toBe(true)
  })
})
