import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  beforeFirst,
  type EventStore,
  EventStoreUnavailable,
  type StoredEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../../commands/ports/event-store.ts'
import { shareSubscriptions } from '../../../commands/shared-subscription.ts'
import { createStreamName } from '../../../domain/stream.ts'

const categories = ['host', 'instance', 'operation']
const patient = { timeout: 5_000 }

/** A log in memory, and how many subscriptions to it are open. */
const createLog = () => {
  const events: StoredEvent[] = []
  const open = new Set<() => void>()
  let failure: Error | null = null
  const wake = (): void => {
    for (const each of open) each()
  }
  async function* subscribe({
    after,
    categories: wanted,
    signal,
  }: SubscribeOptions): AsyncGenerator<SubscriptionBatch> {
    let position = after
    let change = Promise.withResolvers<void>()
    const onChange = (): void => change.resolve()
    open.add(onChange)
    signal.addEventListener('abort', onChange)
    try {
      while (!signal.aborted) {
        if (failure) throw failure
        const since = position
        const found = events.filter(
          (event) => event.position > since && wanted?.some((each) => event.stream.startsWith(`${each}-`)),
        )
        position = Math.max(position, events.length - 1)
        if (found.length > 0) yield { kind: 'events', events: found, position }
        if (position >= events.length - 1) yield { kind: 'caught-up', position }
        await change.promise
        change = Promise.withResolvers()
      }
    } finally {
      open.delete(onChange)
    }
  }
  return {
    store: { subscribe } as unknown as EventStore,
    open: () => open.size,
    append: (category: string): void => {
      const stream = createStreamName(category, randomUUID())
      events.push({ id: randomUUID(), stream, position: events.length } as unknown as StoredEvent)
      wake()
    },
    /** All subscriptions drop; new ones are refused until the returned function is called. */
    drop: () => {
      failure = new EventStoreUnavailable('the store is away')
      wake()
      return () => {
        failure = null
      }
    },
  }
}

/** Follows until it is stopped or fails, and takes a batch only when it may. */
const follow = (store: EventStore, wanted: readonly string[], after = beforeFirst) => {
  const stopping = new AbortController()
  const seen: number[] = []
  let place = after
  let may = Promise.resolve()
  const run = async (): Promise<void> => {
    for await (const batch of store.subscribe({ after, categories: wanted, signal: stopping.signal })) {
      await may
      expect(batch.position).toBeGreaterThanOrEqual(place)
      place = batch.position
      if (batch.kind === 'events') seen.push(...batch.events.map(({ position }) => position))
    }
  }
  const running = run()
  running.catch(() => {})
  return {
    seen,
    running,
    position: () => place,
    hold: () => {
      const held = Promise.withResolvers<void>()
      may = held.promise
      return held.resolve
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, at) => at)

describe('a shared subscription', () => {
  it('is the only one once all have caught up, and gives each the events of its categories and its place', async () => {
    const log = createLog()
    const store = shareSubscriptions(log.store, { categories })
    for (const category of categories) log.append(category)
    const hosts = follow(store, ['host'])
    const all = follow(store, categories)
    const late = follow(store, categories, 1)
    await expect.poll(log.open, patient).toBe(1)
    for (const category of categories) log.append(category)
    await expect.poll(() => [hosts, all, late].map((each) => each.position()), patient).toEqual([5, 5, 5])
    expect([hosts.seen, all.seen, late.seen]).toEqual([[0, 3], upTo(5), [2, 3, 4, 5]])
    expect(log.open()).toBe(1)
    await Promise.all([hosts, all, late].map((each) => each.stop()))
    await expect.poll(log.open, patient).toBe(0)
  })

  it('leaves a subscriber of other categories, or of all, alone', async () => {
    const log = createLog()
    const store = shareSubscriptions(log.store, { categories: ['host'] })
    const others = follow(store, ['host', 'instance'])
    const hosts = follow(store, ['host'])
    log.append('instance')
    await expect.poll(() => others.seen, patient).toEqual([0])
    await expect.poll(hosts.position, patient).toBe(0)
    expect(log.open()).toBe(2)
    await Promise.all([others.stop(), hosts.stop()])
  })

  it('does not wait for one who is slow, who gets all the same, in order, and comes back to it', async () => {
    const log = createLog()
    const store = shareSubscriptions(log.store, { categories, maxWaitingEvents: 10 })
    const slow = follow(store, categories)
    const quick = follow(store, categories)
    await expect.poll(log.open, patient).toBe(1)
    log.append('host')
    await expect.poll(() => slow.seen, patient).toEqual([0])
    const release = slow.hold()
    for (let at = 1; at <= 50; at += 1) {
      log.append('instance')
      await expect.poll(quick.position, patient).toBe(at)
    }
    expect(quick.seen).toEqual(upTo(50))
    expect(slow.seen).toEqual([0])
    release()
    await expect.poll(() => slow.seen, patient).toEqual(upTo(50))
    await expect.poll(log.open, patient).toBe(1)
    log.append('operation')
    await expect.poll(() => slow.seen, patient).toEqual(upTo(51))
    await Promise.all([slow.stop(), quick.stop()])
  })

  it('tells all who use it when it drops, and is there again for those who come back', async () => {
    const log = createLog()
    const store = shareSubscriptions(log.store, { categories })
    const followers = [follow(store, ['host']), follow(store, categories)]
    await expect.poll(log.open, patient).toBe(1)
    const restore = log.drop()
    for (const { running } of followers) await expect(running).rejects.toThrow('the store is away')
    expect(log.open()).toBe(0)
    restore()
    log.append('host')
    const again = [follow(store, ['host']), follow(store, categories)]
    await expect.poll(() => again.map(({ seen }) => seen), patient).toEqual([[0], [0]])
    await expect.poll(log.open, patient).toBe(1)
    await Promise.all(again.map((each) => each.stop()))
  })
})
