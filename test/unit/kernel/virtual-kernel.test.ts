import { describe, expect, it } from 'vitest'
import { createBackOff } from '../../../kernel/back-off.ts'
import { within } from '../../../kernel/within.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'

describe('a virtual kernel', () => {
  it('runs timers in order of time, then of setting, and stops the clock where it was moved to', async () => {
    const { timers, clock, advance, nextDueMs } = createVirtualKernel({ startMs: 0 })
    const ran: string[] = []
    const at = (what: string) => () => ran.push(`${what} ${clock.now()}`)
    timers.after(20, at('b'))
    timers.after(10, at('a'))
    timers.after(20, at('c'))
    timers.after(15, at('cancelled')).cancel()
    const beat = timers.every(12, at('beat'))
    await advance(24)
    expect(ran).toEqual(['a 10', 'beat 12', 'b 20', 'c 20', 'beat 24'])
    expect(clock.elapsedMs()).toBe(24)
    beat.cancel()
    expect(nextDueMs()).toBeNull()
  })

  it('lets what follows from a timer set the next one before the clock goes on', async () => {
    const { timers, clock, advance } = createVirtualKernel({ startMs: 0 })
    const woke: number[] = []
    const sleeper = async () => {
      for (let round = 0; round < 3; round += 1) {
        await timers.sleep(10)
        woke.push(clock.now())
      }
    }
    const sleeping = sleeper()
    await advance(30)
    await sleeping
    expect(woke).toEqual([10, 20, 30])
  })

  it('draws the same ids and chances from the same seed, and others from another', () => {
    const drawn = (seed: number) => {
      const { ids, random } = createVirtualKernel({ seed })
      return [ids.next(), ids.next(), random.next()]
    }
    expect(drawn(7)).toEqual(drawn(7))
    expect(drawn(7)).not.toEqual(drawn(8))
  })

  it('ends sleeps with their signal and waits with their bound', async () => {
    const { timers, advance, random } = createVirtualKernel()
    const slept = timers.sleep(1000, { signal: timers.timeout(5) }).catch((error: Error) => error.name)
    const asked = within(timers, 8, () => new Promise(() => {})).catch((error: Error) => error.message)
    const waited = createBackOff({ random, timers }, { firstMs: 4, maxMs: 4 }).wait(new AbortController().signal)
    await advance(8)
    expect(await slept).toBe('AbortError')
    expect(await asked).toBe('no answer within 8 ms')
    await waited
  })
})
