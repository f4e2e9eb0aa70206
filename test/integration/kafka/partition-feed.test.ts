import { expect, it } from 'vitest'
import { createPartitionFeed } from '../../../commands/adapters/kafka/partition-feed.ts'
import type { PlacedMessage } from '../../../commands/adapters/partition-reader.ts'

const message = (position: number, value = 'v'): PlacedMessage => ({
  topic: 't',
  partition: 0,
  key: 'k',
  value,
  headers: {},
  publishedAt: 0,
  offset: String(position),
  position,
})

const open = (limits: { maxMessages: number; maxChars: number }) => {
  const calls: string[] = []
  const feed = createPartitionFeed({
    ...limits,
    onFull: () => calls.push('full'),
    onRoom: () => calls.push('room'),
  })
  return { feed, calls }
}

it('a feed asks for no more when too many messages wait, and for more when half of them are handled', () => {
  const { feed, calls } = open({ maxMessages: 4, maxChars: 1_000 })
  feed.push([message(0), message(1), message(2)])
  expect(calls).toEqual([])
  feed.push([message(3)])
  feed.push([message(4)])
  expect(calls).toEqual(['full'])
  // Taken is not handled: memory is what counts.
  expect(feed.take().map(({ position }) => position)).toEqual([0, 1, 2, 3, 4])
  expect(calls).toEqual(['full'])
  for (const position of [0, 1, 2]) feed.handled(message(position))
  expect(calls).toEqual(['full', 'room'])
})

it('a feed asks for no more when few messages are large', () => {
  const { feed, calls } = open({ maxMessages: 100, maxChars: 10 })
  feed.push([message(0, 'x'.repeat(11))])
  expect(calls).toEqual(['full'])
  feed.handled(message(0, 'x'.repeat(11)))
  expect(calls).toEqual(['full', 'room'])
})

it('a feed knows where fetching goes on, also beyond what a number holds', () => {
  const { feed } = open({ maxMessages: 100, maxChars: 1_000 })
  expect(feed.next()).toBeNull()
  feed.push([{ ...message(0), offset: '9007199254740993' }])
  expect(feed.next()).toBe('9007199254740994')
})

it('who waits for a feed is told when something arrives, and when the wait is over', async () => {
  const { feed } = open({ maxMessages: 100, maxChars: 1_000 })
  const stopping = new AbortController()
  const arrival = feed.arrival(stopping.signal)
  feed.push([message(0)])
  await arrival
  expect(feed.take().length).toBe(1)
  const next = feed.arrival(stopping.signal)
  stopping.abort()
  await next
  await feed.arrival(stopping.signal)
})
