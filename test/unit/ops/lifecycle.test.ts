import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onStopSignal, stopInOrder } from '../../../ops/lifecycle.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createRecordingLog } from '../../support/write-side.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an orderly stop', () => {
  it('waits for one stage before it begins the next', async () => {
    const order: string[] = []
    const stage = (name: string) => ({
      name,
      stop: async () => {
        order.push(`${name} begins`)
        await Promise.resolve()
        order.push(`${name} ends`)
      },
    })
    await stopInOrder([stage('http'), stage('stores')], 1000, quietKernel)
    expect(order).toEqual(['http begins', 'http ends', 'stores begins', 'stores ends'])
  })

  it('goes on when a stage throws, and says which', async () => {
    const { log, lines } = createRecordingLog()
    let closed = false
    const stages = [
      { name: 'agent', stop: () => Promise.reject(new Error('no')) },
      {
        name: 'stores',
        stop: async () => {
          closed = true
        },
      },
    ]
    await stopInOrder(stages, 1000, { ...quietKernel, log })
    expect(closed).toBe(true)
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ stage: 'agent' }) }),
    ])
  })

  it('takes the time that is left from a stage that hangs, and still lets the last ones close', async () => {
    const { log, lines } = createRecordingLog()
    let aborted = false
    let closed = false
    const stages = [
      {
        name: 'http',
        stop: (signal: AbortSignal) =>
          new Promise<void>(() => {
            signal.addEventListener('abort', () => {
              aborted = true
            })
          }),
      },
      {
        name: 'stores',
        stop: async () => {
          closed = true
        },
      },
    ]
    const stopped = stopInOrder(stages, 5000, { ...quietKernel, log })
    await vi.advanceTimersByTimeAsync(4999)
    expect([aborted, closed]).toEqual([false, false])
    await vi.advanceTimersByTimeAsync(1)
    await stopped
    expect([aborted, closed]).toEqual([true, true])
    expect(lines).toHaveLength(1)
  })
})

describe('signals', () => {
  const listen = () => {
    const source = new EventEmitter()
    const calls: string[] = []
    onStopSignal(
      source,
      { stop: (signal) => calls.push(`stop ${signal}`), force: () => calls.push('force') },
      quietKernel.clock,
    )
    return { source, calls }
  }

  it('stop the server once, however often npm and the terminal deliver the same Ctrl-C', () => {
    const { source, calls } = listen()
    source.emit('SIGINT', 'SIGINT')
    vi.advanceTimersByTime(100)
    source.emit('SIGINT', 'SIGINT')
    source.emit('SIGINT', 'SIGINT')
    expect(calls).toEqual(['stop SIGINT'])
  })

  it('force an end when they come again from somebody who will not wait', () => {
    const { source, calls } = listen()
    source.emit('SIGTERM', 'SIGTERM')
    vi.advanceTimersByTime(1000)
    source.emit('SIGINT', 'SIGINT')
    expect(calls).toEqual(['stop SIGTERM', 'force'])
  })
})
