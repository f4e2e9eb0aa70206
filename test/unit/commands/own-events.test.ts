import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { EventStore, NewEvent, StoredEvent, SubscriptionBatch } from '../../../commands/ports/event-store.ts'
import { rememberOwnEvents } from '../../../commands/sagas/own-events.ts'
import { hostStream } from '../../../domain/host/index.ts'
import { parseHostId } from '../../../domain/ids.ts'

const stream = hostStream(parseHostId(randomUUID()))
const event = (id: string) => ({ id }) as NewEvent & StoredEvent

it('an event is remembered as own once it is appended, and not where the append failed', async () => {
  let fails = false
  const store = {
    append: async () => {
      if (fails) throw new Error('away')
      return { revision: 0, position: 0 }
    },
  } as unknown as EventStore
  const own = rememberOwnEvents(store)
  expect(own.has('a')).toBe(false)
  await own.eventStore.append(stream, [event('a'), event('b')], 'no-stream')
  fails = true
  await expect(own.eventStore.append(stream, [event('c')], 1)).rejects.toThrow('away')
  expect(['a', 'b', 'c'].map(own.has)).toEqual([true, true, false])
})

it('an event is remembered once it has come by a subscription', async () => {
  const batches: readonly SubscriptionBatch[] = [
    { kind: 'events', events: [event('a'), event('b')], position: 1 },
    { kind: 'caught-up', position: 2 },
  ]
  const own = rememberOwnEvents({ subscribe: () => Readable.from(batches) } as unknown as EventStore)
  const seen = []
  for await (const batch of own.eventStore.subscribe({ after: -1, signal: new AbortController().signal })) {
    seen.push(batch)
  }
  expect(seen).toEqual(batches)
  expect(['a', 'b', 'c'].map(own.has)).toEqual([true, true, false])
})

it('old ones are forgotten', async () => {
  const own = rememberOwnEvents({ append: async () => ({ revision: 0, position: 0 }) } as unknown as EventStore)
  const ids = Array.from({ length: 6_000 }, (_, at) => String(at))
  for (const id of ids) await own.eventStore.append(stream, [event(id)], 'no-stream')
  expect(own.has('0')).toBe(false)
  expect(own.has('5999')).toBe(true)
})
