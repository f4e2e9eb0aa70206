import { expect, it } from 'vitest'
import type { StoredEvent } from '../../../commands/ports/event-store.ts'
import type { StreamCondition } from '../../../commands/ports/stream-inspector.ts'
import { type StreamName, streamNameSchema } from '../../../domain/stream.ts'
import { findLogGaps } from '../../../ops/log-gaps.ts'
import { createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'

const gapsIn = (events: readonly StoredEvent[], conditions: readonly StreamCondition[] = []) =>
  findLogGaps(
    {
      readAll: async function* () {
        yield events.slice(0, 3)
        yield events.slice(3)
      },
    },
    conditions,
    new AbortController().signal,
  )

const world = exampleWorld()
const log = createEventLog()
for (let count = 0; count < 5; count += 1) {
  log.add('InstanceRenamed', world)
  log.add('FlavorRetired', world)
}

it('finds no gap in a log whose streams are whole', async () => {
  expect(await gapsIn(log.events())).toEqual({ gaps: [], count: 0 })
})

it('names what is missing at the head of a stream and within it, and no other stream', async () => {
  const kept = log.events().filter(({ type, revision }) => type !== 'InstanceRenamed' || ![0, 1, 3].includes(revision))
  const stream = `instance-${world.instanceId}`
  expect(await gapsIn(kept)).toEqual({
    gaps: [
      { stream, from: 0, to: 2 },
      { stream, from: 3, to: 4 },
    ],
    count: 2,
  })
})

it('names what the store still gives although it is cut off, and streams of which nothing is left', async () => {
  const stream = `instance-${world.instanceId}` as StreamName
  const gone = `flavor-${world.flavorId}` as StreamName
  const conditions = [
    { stream, settings: ['$tb: 2'], first: 2 },
    { stream: gone, settings: ['deleted'], first: null },
    { stream: 'project-whole' as StreamName, settings: ['$maxCount: 9'], first: 0 },
  ]
  expect(await gapsIn(log.events(), conditions)).toEqual({
    gaps: [
      { stream, from: 0, to: 2 },
      { stream: gone, from: 0, to: null },
    ],
    count: 2,
  })
})

it('names a hundred gaps and counts the others', async () => {
  const [event] = log.events()
  const cut = Array.from({ length: 150 }, (_, number) => ({
    ...event,
    stream: streamNameSchema.parse(`flavor-f${number}`),
    revision: 1,
  })) as readonly StoredEvent[]
  const { gaps, count } = await gapsIn(cut)
  expect([gaps.length, count]).toEqual([100, 150])
})

it('takes no notice of a stream of another program', async () => {
  const [event] = log.events()
  const foreign = { ...event, stream: streamNameSchema.parse('operation-42'), revision: 7 } as StoredEvent
  expect(await gapsIn([foreign])).toEqual({ gaps: [], count: 0 })
})
