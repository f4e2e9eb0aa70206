import { describe, expect, it } from 'vitest'
import { systemTimers, type Timers } from '../../../kernel/timers.ts'
import { bounded, unlessAborted } from '../../../kernel/within.ts'

describe('unlessAborted', () => {
  const never = new AbortController().signal
  const reason = new Error('enough')

  it('answers or fails as the work does', async () => {
    expect(await unlessAborted(Promise.resolve(1), never)).toBe(1)
    await expect(unlessAborted(Promise.reject(new Error('no')), never)).rejects.toThrow('no')
  })

  it('rejects with the reason of a signal that aborts first, or has, whatever becomes of the work', async () => {
    const work = Promise.withResolvers<void>()
    const controller = new AbortController()
    const waiting = unlessAborted(work.promise, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(unlessAborted(work.promise, AbortSignal.abort(reason))).rejects.toBe(reason)
    work.reject(new Error('nobody handles this'))
  })
})

describe('bounded', () => {
  const never = new AbortController().signal
  const reason = new Error('enough')
  const untilAborted = async (signal: AbortSignal): Promise<unknown> => {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return signal.reason
  }

  it('ends the work with the reason of the signal that aborts first, or has', async () => {
    const controller = new AbortController()
    const bounds = { timeoutMs: 60_000, ends: [never, controller.signal] }
    const waiting = bounded(systemTimers, bounds, untilAborted)
    controller.abort(reason)
    expect(await waiting).toBe(reason)
    expect(await bounded(systemTimers, bounds, untilAborted)).toBe(reason)
  })

  it('ends it after its time with a TimeoutError', async () => {
    const ended = await bounded(systemTimers, { timeoutMs: 1, ends: [never] }, untilAborted)
    expect(ended).toMatchObject({ name: 'TimeoutError', message: 'not done within 1 ms' })
  })

  it.each([
    ['well', async () => 'done'],
    ['badly', () => Promise.reject(reason)],
  ])('leaves neither a timer nor a listener behind work that ended %s, and aborts nothing then', async (_, work) => {
    let timersLeft = 0
    const after: Timers['after'] = () => {
      timersLeft += 1
      return {
        cancel: () => {
          timersLeft -= 1
        },
      }
    }
    const controller = new AbortController()
    let given: AbortSignal = never
    const asked = bounded({ after }, { timeoutMs: 60_000, ends: [controller.signal] }, (signal) => {
      given = signal
      return work()
    })
    await asked.catch(() => {})
    controller.abort(reason)
    expect(timersLeft).toBe(0)
    expect(given.aborted).toBe(false)
  })
})
