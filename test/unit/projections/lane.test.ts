import { describe, expect, it } from 'vitest'
import { eventMark } from '../../../commands/ports/log-mark.ts'
import { createLane, type FedRange } from '../../../projections/lane.ts'
import { readProjected } from '../../../projections/projection.ts'
import { createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'

const log = createEventLog()
for (let number = 0; number < 10; number += 1) log.add('FlavorDefined', exampleWorld())
const stored = log.events()

const range = (from: number, count: number, live = true): FedRange => {
  const events = stored.slice(from, from + count)
  const last = events.at(-1)
  return {
    events: readProjected(events),
    position: from + count - 1,
    lastEvent: last ? eventMark(last) : null,
    live,
  }
}

describe('a lane', () => {
  it('hands over at once what it is offered while its view waits', async () => {
    const lane = createLane(4)
    const taken = lane.take()
    lane.offer(range(0, 1))
    expect(await taken).toEqual(range(0, 1))
  })

  it('puts together what comes while its view is busy', async () => {
    const lane = createLane(10)
    for (const one of [range(0, 2), range(2, 3), range(5, 1)]) lane.offer(one)
    expect(await lane.take()).toEqual(range(0, 6))
  })

  it('keeps the last event where a range without one follows', async () => {
    const lane = createLane(10)
    lane.offer(range(0, 2))
    lane.offer({ events: [], position: 9, lastEvent: null, live: true })
    expect(await lane.take()).toEqual({ ...range(0, 2), position: 9 })
  })

  it('counts as live only where everything in it is', async () => {
    const lane = createLane(10)
    lane.offer(range(0, 1, false))
    lane.offer(range(1, 1, true))
    expect((await lane.take())?.live).toBe(false)
  })

  it('has room again once its view has taken what waited', async () => {
    const lane = createLane(2)
    lane.offer(range(0, 1))
    expect(lane.hasRoom()).toBe(true)
    lane.offer(range(1, 1))
    expect(lane.hasRoom()).toBe(false)
    const room = lane.room()
    await lane.take()
    await room
    expect(lane.hasRoom()).toBe(true)
  })

  it('ends its view, drops what waits and holds up none once it is closed', async () => {
    const lane = createLane(1)
    const taken = createLane(1)
    const taking = taken.take()
    taken.close()
    expect(await taking).toBeNull()
    lane.offer(range(0, 1))
    const room = lane.room()
    lane.close()
    await room
    lane.offer(range(1, 1))
    expect(lane.hasRoom()).toBe(true)
    expect(await lane.take()).toBeNull()
  })
})
