import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createOutlets, type OutletLimits } from '../../../graphql/server/outlets.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { bank, shop } from './api-under-test.ts'

const limits: OutletLimits = {
  pingMs: 10_000,
  subscriberBufferBytes: 1000,
  projectBufferBytes: 1500,
  bufferBytes: 2000,
}

const start = () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const cuts: string[] = []
  const outlets = createOutlets({
    limits,
    kernel: { clock: { ...systemClock, elapsedMs: Date.now }, timers: systemTimers },
    onCut: ({ reason }) => cuts.push(reason),
  })
  const watch = (projectId = shop) => {
    const subscriber = { bytesWritten: 0, writableLength: 0, isCut: false }
    const release = outlets.watch(subscriber, projectId, () => {
      subscriber.isCut = true
    })
    const send = (bytes: number): void => {
      subscriber.bytesWritten += bytes
      subscriber.writableLength += bytes
    }
    const take = (bytes: number): void => {
      subscriber.writableLength -= bytes
    }
    return { subscriber, release, send, take }
  }
  return { outlets, watch, cuts }
}

describe('a subscriber', () => {
  it('is cut when it takes nothing for the time of two pings while something waits for it', () => {
    const { watch, cuts } = start()
    const { subscriber, send } = watch()
    send(10)
    vi.advanceTimersByTime(19_000)
    expect(subscriber.isCut).toBe(false)
    vi.advanceTimersByTime(2000)
    expect(subscriber.isCut).toBe(true)
    expect(cuts).toEqual(['it took nothing for 20 s'])
  })

  it('is kept as long as it takes something, and when nothing waits for it', () => {
    const { watch } = start()
    const slow = watch()
    const idle = watch()
    slow.send(100)
    for (let turn = 0; turn < 10; turn += 1) {
      vi.advanceTimersByTime(15_000)
      slow.take(1)
    }
    expect([slow.subscriber.isCut, idle.subscriber.isCut]).toEqual([false, false])
  })

  it('is cut when too much waits for it', () => {
    const { watch } = start()
    const one = watch()
    const other = watch()
    one.send(1001)
    other.send(400)
    vi.advanceTimersByTime(1000)
    expect([one.subscriber.isCut, other.subscriber.isCut]).toEqual([true, false])
  })

  it('is cut as the one with most when too much waits for its project, and no other project suffers', () => {
    const { watch } = start()
    const [small, large, foreign] = [watch(shop), watch(shop), watch(bank)]
    small.send(600)
    large.send(950)
    foreign.send(990)
    vi.advanceTimersByTime(1000)
    expect([small, large, foreign].map(({ subscriber }) => subscriber.isCut)).toEqual([false, true, false])
  })

  it('is cut as the one with most when too much waits for all', () => {
    const { watch, outlets } = start()
    const [small, large, foreign] = [watch(shop), watch(shop), watch(bank)]
    small.send(500)
    large.send(800)
    foreign.send(990)
    vi.advanceTimersByTime(1000)
    expect([small, large, foreign].map(({ subscriber }) => subscriber.isCut)).toEqual([false, false, true])
    expect(outlets.waitingBytes()).toBe(1300)
  })

  it('has what is read ahead for its subscriptions counted with what waits in its connection', () => {
    const { watch, outlets, cuts } = start()
    const [connection, other] = [watch(shop), watch(bank)]
    let isCut = false
    const readAhead = outlets.readAhead(shop, () => {
      isCut = true
    })
    readAhead.tellHeld(800)
    connection.send(700)
    other.send(400)
    vi.advanceTimersByTime(1000)
    expect([outlets.waitingBytes(), isCut]).toEqual([1900, false])
    connection.send(50)
    vi.advanceTimersByTime(1000)
    expect([isCut, connection.subscriber.isCut, other.subscriber.isCut]).toEqual([true, false, false])
    expect(outlets.waitingBytes()).toBe(1150)
    expect(cuts).toEqual(['too much waits for its project'])
  })

  it('is not looked at once it has left', () => {
    const { watch, outlets } = start()
    const { send, release, subscriber } = watch()
    send(900)
    release()
    expect(outlets.waitingBytes()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(60_000)
    expect(subscriber.isCut).toBe(false)
  })
})
