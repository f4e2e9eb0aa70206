import { expect, it } from 'vitest'
import type { StoredEvent } from '../../../commands/ports/event-store.ts'
import { streamNameSchema } from '../../../domain/stream.ts'
import { findLogGaps } from '../../../ops/log-gaps.ts'
import { createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'

const gapsIn = (events: readonly StoredEvent[]) =>
  findLogGaps(
    {
      readAll: async function* () {
        yield events.slice(0, 3)
        yield events.slice(3)
      },
    },
    new AbortController().signal,
  )

const world = exampleWorld()
const log = createEventLog()
for (let count = 0; count < 5; count += 1) {
  log.add('InstanceRenamed', world)
  log.add('FlavorRetired', world)
}

it('finds no gap in a log whose streams are whole', async () => {
  expect(await gapsIn(log.events())).toEqual([])
})

it('names what is missing at the head of a stream and within it, and no other stream', async () => {
  const kept = log.events().filter(({ type, revision }) => type !== 'InstanceRenamed' || ![0, 1, 3].includes(revision))
  const stream = `instance-${world.instanceId}`
  expect(await gapsIn(kept)).toEqual([
    { stream, from: 0, to: 2 },
    { stream, from: 3, to: 4 },
  ])
})

it('takes no notice of a stream of another program', async () => {
  const [event] = log.events()
  const foreign = { ...event, stream: streamNameSchema.parse('operation-42'), revision: 7 } as StoredEvent
  expect(await gapsIn([foreign])).toEqual([])
})
