import { afterEach, describe, expect, it } from 'vitest'
import { type BusClock, openBusClock } from '../../../agent/bus-clock.ts'
import { MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'

const hourMs = 3_600_000
const ahead = { now: () => Date.now() + hourMs }

const opened: BusClock[] = []
const open = (now: () => Promise<number | null>) => {
  const warnings: unknown[] = []
  const log = { debug: () => {}, info: () => {}, error: () => {}, warn: (fields: object) => warnings.push(fields) }
  const clock = openBusClock({ bus: { now }, clock: ahead, log })
  opened.push(clock)
  return { clock, warnings }
}
afterEach(() => {
  for (const clock of opened.splice(0)) clock.stop()
})

const offMs = ({ now }: BusClock, otherMs: number): number => Math.abs(now() - otherMs)

describe('the clock of an agent', () => {
  it('is that of the bus where that of the host is an hour ahead, and it says so', async () => {
    const { clock, warnings } = open(async () => Date.now())
    await clock.ask()
    expect(offMs(clock, Date.now())).toBeLessThan(1000)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatchObject({ offMs: expect.closeTo(hourMs, -4) })
  })

  it('goes on by itself between two looks at the bus', async () => {
    const { clock } = open(async () => 0)
    await clock.ask()
    const first = clock.now()
    await expect.poll(() => clock.now()).toBeGreaterThan(first)
    expect(clock.now()).toBeLessThan(60_000)
  })

  it('is that of the host where the bus has none of its own', async () => {
    const { clock, warnings } = open(async () => null)
    await clock.ask()
    expect(offMs(clock, ahead.now())).toBeLessThan(1000)
    expect(warnings).toEqual([])
  })

  it('is that of the host until the bus can be asked', async () => {
    let isAway = true
    const { clock } = open(async () => {
      if (isAway) throw new MessageBusUnavailable('it is away')
      return Date.now()
    })
    await expect(clock.ask()).rejects.toThrow('it is away')
    expect(offMs(clock, ahead.now())).toBeLessThan(1000)
    isAway = false
    await clock.ask()
    expect(offMs(clock, Date.now())).toBeLessThan(1000)
  })
})
