import { describe, expect, it } from 'vitest'
import { unlessAborted } from '../../../kernel/within.ts'

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
