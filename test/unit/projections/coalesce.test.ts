import { describe, expect, it } from 'vitest'
import type { StoredEvent, SubscriptionBatch } from '../../../commands/ports/event-store.ts'
import { type CoalescedBatch, coalesce } from '../../../projections/coalesce.ts'
import { createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'

const log = createEventLog()
for (let number = 0; number < 10; number += 1) log.add('FlavorDefined', exampleWorld())
const events = log.events()

const one = (event: StoredEvent): SubscriptionBatch => ({ kind: 'events', events: [event], position: event.position })
const positionsOf = ({ events: some }: CoalescedBatch) => some.map(({ position }) => position)

/** A subscription that hands over what it is given. */
const createSource = () => {
  const given: SubscriptionBatch[] = []
  let wake = Promise.withResolvers<void>()
  const end: { stopped: boolean; error: Error | null } = { stopped: false, error: null }
  let taken = 0
  const change = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  return {
    give: (...batches: readonly SubscriptionBatch[]) => {
      given.push(...batches)
      change()
    },
    fail: (error: Error) => {
      end.error = error
      change()
    },
    stop: () => {
      end.stopped = true
      change()
    },
    taken: () => taken,
    stopped: () => end.stopped,
    batches: (async function* () {
      for (;;) {
        const next = given.shift()
        if (next) {
          taken += 1
          yield next
        } else if (end.error) throw end.error
        else if (end.stopped) return
        else await wake.promise
      }
    })(),
  }
}

describe('coalescing a subscription', () => {
  it('hands over one event at once when nothing else is there', async () => {
    const source = createSource()
    const batches = coalesce(source.batches, { maxEvents: 100, stop: source.stop })
    for (const event of events.slice(0, 3)) {
      source.give(one(event))
      const { value } = await batches.next()
      expect(value && positionsOf(value)).toEqual([event.position])
    }
    await batches.return(undefined)
  })

  it('puts together what comes in while the reader is busy, and tells whether that is all', async () => {
    const source = createSource()
    const batches = coalesce(source.batches, { maxEvents: 100, stop: source.stop })
    source.give(...events.slice(0, 1).map(one))
    await batches.next()
    source.give(...events.slice(1, 5).map(one), { kind: 'caught-up', position: 17 })
    // The reader is busy until everything was taken from the subscription.
    while (source.taken() < 6) await new Promise(setImmediate)
    const { value } = await batches.next()
    expect(value && positionsOf(value)).toEqual([1, 2, 3, 4])
    expect(value).toMatchObject({ position: 17, caughtUp: true })
    await batches.return(undefined)
  })

  it('lets the subscription wait when too much is unread', async () => {
    const source = createSource()
    const batches = coalesce(source.batches, { maxEvents: 3, stop: source.stop })
    source.give(one(events[0] as StoredEvent))
    await batches.next()
    source.give(...events.slice(1).map(one))
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    expect(source.taken()).toBe(4)
    const seen: number[] = []
    while (seen.length < 9) {
      const { value } = await batches.next()
      if (value) seen.push(...positionsOf(value))
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    await batches.return(undefined)
  })

  it('throws what the subscription throws, after everything before it', async () => {
    const source = createSource()
    const batches = coalesce(source.batches, { maxEvents: 100, stop: source.stop })
    source.give(...events.slice(0, 2).map(one))
    source.fail(new Error('dropped'))
    const seen: number[] = []
    const reading = (async () => {
      for await (const batch of batches) seen.push(...positionsOf(batch))
    })()
    await expect(reading).rejects.toThrow('dropped')
    expect(seen).toEqual([0, 1])
  })

  it('ends with the subscription, and stops it when the reader leaves', async () => {
    const ending = createSource()
    ending.stop()
    expect((await coalesce(ending.batches, { maxEvents: 1, stop: ending.stop }).next()).done).toBe(true)

    const left = createSource()
    left.give(...events.map(one))
    for await (const _ of coalesce(left.batches, { maxEvents: 1, stop: left.stop })) break
    expect(left.stopped()).toBe(true)
  })
})
