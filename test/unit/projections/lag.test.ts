import { describe, expect, it } from 'vitest'
import { createLagMeter, createStoredLag } from '../../../projections/lag.ts'

const createClock = () => {
  let ms = 1000
  return {
    now: () => ms,
    pass: (seconds: number) => {
      ms += seconds * 1000
    },
  }
}

describe('the lag of a view', () => {
  it('is nothing at the head of the log', () => {
    const clock = createClock()
    const meter = createLagMeter(clock.now)
    expect(meter.measure('instances', 7, 7)).toEqual({
      view: 'instances',
      checkpoint: 7,
      head: 7,
      positions: 0,
      seconds: 0,
    })
  })

  it('is measured from when it was first found behind, until it has got there', () => {
    const clock = createClock()
    const meter = createLagMeter(clock.now)
    expect(meter.measure('instances', 5, 7)).toMatchObject({ positions: 2, seconds: 0 })
    clock.pass(3)
    expect(meter.measure('instances', 6, 9)).toMatchObject({ positions: 3, seconds: 3 })
    clock.pass(1)
    // It got where the head was then, and is behind a newer one.
    expect(meter.measure('instances', 7, 9)).toMatchObject({ positions: 2, seconds: 0 })
    expect(meter.measure('instances', 9, 9)).toMatchObject({ positions: 0, seconds: 0 })
  })

  it('is that of each view by itself', () => {
    const clock = createClock()
    const meter = createLagMeter(clock.now)
    meter.measure('instances', 5, 7)
    clock.pass(3)
    expect(meter.measure('events', 5, 7).seconds).toBe(0)
    expect(meter.measure('instances', 5, 7).seconds).toBe(3)
  })

  it('counts from when the log was lost, if that was earlier', () => {
    const clock = createClock()
    const meter = createLagMeter(clock.now)
    meter.disconnected()
    clock.pass(2)
    meter.disconnected()
    clock.pass(2)
    expect(meter.measure('instances', 5, 7).seconds).toBe(4)
    meter.connected()
    clock.pass(1)
    expect(meter.measure('instances', 5, 7).seconds).toBe(1)
  })
})

describe('the lag of views that others keep', () => {
  it('grows for as long as nobody keeps them, and is over when somebody does', async () => {
    const clock = createClock()
    const checkpoints = new Map([['instances', 5]])
    const eventStore = { head: async () => 7 }
    const viewStore = { checkpoint: async (view: string) => checkpoints.get(view) ?? -1 }
    const lag = createStoredLag({ eventStore, viewStore, clock: { elapsedMs: clock.now } }, ['instances', 'hosts'])
    expect(await lag()).toMatchObject([
      { view: 'instances', positions: 2, seconds: 0 },
      { view: 'hosts', positions: 8, seconds: 0 },
    ])
    clock.pass(40)
    checkpoints.set('instances', 7)
    expect(await lag()).toMatchObject([
      { view: 'instances', positions: 0, seconds: 0 },
      { view: 'hosts', positions: 8, seconds: 40 },
    ])
  })
})
