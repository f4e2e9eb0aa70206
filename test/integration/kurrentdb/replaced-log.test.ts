import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createKurrentCheckpointStore } from '../../../commands/adapters/kurrentdb/checkpoint-store.ts'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { type EventStore, EventStoreUnavailable } from '../../../commands/ports/event-store.ts'
import { createFormerLogCheck } from '../../../commands/sagas/former-log.ts'
import { LogReplaced, watchLogIdentity } from '../../../commands/watch-log-identity.ts'
import { createStreamName } from '../../../domain/stream.ts'
import { anEvent } from '../../support/any-event.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { silentLog } from '../../support/silent-log.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { callTimeoutMs, openStore } from './test-store.ts'

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
  return { plain, url, restart, copy: () => copyFileSync(file, copy) }
}

/** Follows up to the present; where it stands then. */
const catchUp = async (store: EventStore, after: number, categories?: readonly string[]): Promise<number> => {
  const stop = new AbortController()
  const options = { after, ...(categories && { categories }), signal: stop.signal }
  try {
    for await (const { kind, position } of store.subscribe(options)) {
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

  it('goes on where one of its followers begins beyond all that the others have seen yet', async () => {
    const { plain } = await prepare()
    const replaced: LogReplaced[] = []
    const store = watchLogIdentity(plain, (error) => replaced.push(error))
    await store.append(createStreamName('host', crypto.randomUUID()), [anEvent({})], 'no-stream')
    const { position } = await appendTo(store)
    await catchUp(store, -1, ['host'])
    expect(await catchUp(store, position)).toBe(position)
    expect(replaced).toEqual([])
  })

  it('is told where events of the copy lie before its place, which it would never see', async () => {
    const { plain, url, restart, copy } = await prepare()
    const store = watchLogIdentity(plain, () => {})
    await appendTo(store)
    copy()
    // Records of others move the place on, and no event of ours does.
    const connection = openKurrentConnection({ url, log: silentLog, callTimeoutMs })
    const checkpoints = createKurrentCheckpointStore({ connection })
    for (let count = 0; count < 10; count += 1)
      await checkpoints.save(crypto.randomUUID(), { position: 0, holder: 'a test' }, 0)
    connection.close()
    const place = await catchUp(store, -1)
    await restart(true)
    for (let count = 0; count < 20; count += 1) await throughOutage(() => appendTo(plain))
    await expect(throughOutage(() => catchUp(store, place))).rejects.toBeInstanceOf(LogReplaced)
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
