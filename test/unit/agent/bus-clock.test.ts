import { describe, expect, it } from 'vitest'
import { openBusClock } from '../../../agent/bus-clock.ts'
import { MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'

const hourMs = 3_600_000
const minuteMs = 60_000

/** On a host that is an hour ahead. `trueMs`: the time as it is. */
const open = (now: (trueMs: number) => number | null) => {
  const warnings: unknown[] = []
  const log = { debug: () => {}, info: () => {}, error: () => {}, warn: (fields: object) => warnings.push(fields) }
  const host = createVirtualKernel({ log })
  const trueMs = () => host.clock.now() - hourMs
  let looks = 0
  const bus = {
    now: async () => {
      looks += 1
      return now(trueMs())
    },
  }
  return { host, clock: openBusClock({ ...host, bus }), trueMs, warnings, looks: () => looks }
}

describe('the clock of an agent', () => {
  it('is that of the bus where that of the host is an hour ahead, and it says so', async () => {
    const { clock, trueMs, warnings } = open((now) => now)
    await clock.ask()
    expect(clock.now()).toBe(trueMs())
    expect(warnings).toEqual([{ offMs: hourMs }])
  })

  it('goes on by itself between two looks at the bus, and looks again every five minutes', async () => {
    const { host, clock, looks } = open(() => 0)
    await clock.ask()
    await host.advance(4 * minuteMs)
    expect(clock.now()).toBe(4 * minuteMs)
    expect(looks()).toBe(1)
    await host.advance(2 * minuteMs)
    expect(looks()).toBe(2)
    expect(clock.now()).toBe(minuteMs)
    clock.stop()
    await host.advance(hourMs)
    expect(looks()).toBe(2)
  })

  it('is that of the host where the bus has none of its own', async () => {
    const { host, clock, warnings } = open(() => null)
    await clock.ask()
    expect(clock.now()).toBe(host.clock.now())
    expect(warnings).toEqual([])
  })

  it('is that of the host until the bus can be asked', async () => {
    let isAway = true
    const { host, clock, trueMs } = open((now) => {
      if (isAway) throw new MessageBusUnavailable('it is away')
      return now
    })
    await expect(clock.ask()).rejects.toThrow('it is away')
    expect(clock.now()).toBe(host.clock.now())
    isAway = false
    await clock.ask()
    expect(clock.now()).toBe(trueMs())
  })

  it('is asked for again soon after the bus could not tell it', async () => {
    let isAway = false
    const { host, clock, looks, warnings } = open((now) => {
      if (isAway) throw new MessageBusUnavailable('it is away')
      return now
    })
    await clock.ask()
    isAway = true
    await host.advance(5 * minuteMs)
    expect(warnings).toHaveLength(2)
    isAway = false
    await host.advance(10_000)
    expect(looks()).toBe(3)
    clock.stop()
  })
})
