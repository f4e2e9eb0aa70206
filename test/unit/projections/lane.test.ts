import { describe, expect, it } from 'vitest'
import { eventMark } from '../../../commands/ports/log-mark.ts'
import { createLane, type FedRange } from '../../../projections/lane.ts'
import { readProjected } from '../../../projections/projection.ts'
import { createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'

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

const restMs = 250
const open = (maxEvents: number) => createLane({ maxEvents, restMs, timers: createVirtualKernel().timers })

describe('a lane', () => {
  it('hands over at once what it is offered while its view waits', async () => {
    const lane = open(4)
    const taken = lane.take()
    lane.offer(range(0, 1), true)
    expect(await taken).toEqual(range(0, 1))
  })

  it('puts together what comes while its view is busy', async () => {
    const lane = open(10)
    for (const one of [range(0, 2), range(2, 3), range(5, 1)]) lane.offer(one, true)
    expect(await lane.take()).toEqual(range(0, 6))
  })

  it('keeps the last event where a range without one follows', async () => {
    const lane = open(10)
    lane.offer(range(0, 2), true)
    lane.offer({ events: [], position: 9, lastEvent: null, live: true }, true)
    expect(await lane.take()).toEqual({ ...range(0, 2), position: 9 })
  })

  it('counts as live only where everything in it is', async () => {
    const lane = open(10)
    lane.offer(range(0, 1, false), true)
    lane.offer(range(1, 1, true), true)
    expect((await lane.take())?.live).toBe(false)
  })

  it('lets rest what does not concern its view, and hands it over with what does', async () => {
    const lane = open(10)
    lane.offer(range(0, 2), false)
    const taking = lane.take()
    lane.offer(range(2, 1), true)
    expect(await taking).toEqual(range(0, 3))
  })

  it('hands over what rests when its time has come, counted from the first of it, or when there is too much', async () => {
    const { timers, advance } = createVirtualKernel()
    const lane = createLane({ maxEvents: 3, restMs, timers })
    const taken: (FedRange | null)[] = []
    const take = async () => taken.push(await lane.take())
    void take()
    lane.offer(range(0, 1), false)
    await advance(restMs - 1)
    lane.offer(range(1, 1), false)
    expect(taken).toEqual([])
    await advance(1)
    expect(taken).toEqual([range(0, 2)])
    void take()
    lane.offer(range(2, 3), false)
    await advance(0)
    expect(taken).toEqual([range(0, 2), range(2, 3)])
  })

  it('has room again once its view has taken what waited', async () => {
    const lane = open(2)
    lane.offer(range(0, 1), true)
    expect(lane.hasRoom()).toBe(true)
    lane.offer(range(1, 1), true)
    expect(lane.hasRoom()).toBe(false)
    const room = lane.room()
    await lane.take()
    await room
    expect(lane.hasRoom()).toBe(true)
  })

  it('ends its view, drops what waits and holds up none once it is closed', async () => {
    const lane = open(1)
    const taken = open(1)
    const taking = taken.take()
    taken.close()
    expect(await taking).toBeNull()
    lane.offer(range(0, 1), true)
    const room = lane.room()
    lane.close()
    await room
    lane.offer(range(1, 1), true)
    expect(lane.hasRoom()).toBe(true)
    expect(await lane.take()).toBeNull()
  })
})
