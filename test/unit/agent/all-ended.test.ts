import { describe, expect, it } from 'vitest'
import { allEnded } from '../../../agent/all-ended.ts'

describe('work that has all to end', () => {
  it('answers with what each part answered, in order', async () => {
    const slow = Promise.withResolvers<string>()
    const all = allEnded(slow.promise, Promise.resolve(2))
    slow.resolve('one')
    expect(await all).toEqual(['one', 2])
    expect(await allEnded()).toEqual([])
  })

  it('fails only when the last of it has ended, and with the first failure in order', async () => {
    const first = Promise.withResolvers<string>()
    let failed = false
    const all = allEnded(first.promise, Promise.reject(new Error('the second'))).finally(() => {
      failed = true
    })
    await new Promise(setImmediate)
    expect(failed).toBe(false)
    first.reject(new Error('the first'))
    await expect(all).rejects.toThrow('the first')
  })
})
