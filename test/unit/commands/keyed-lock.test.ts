import { describe, expect, it } from 'vitest'
import { createKeyedLock } from '../../../commands/keyed-lock.ts'

describe('a keyed lock', () => {
  it('runs tasks of one key one after the other, in the order they came', async () => {
    const lock = createKeyedLock()
    const trace: string[] = []
    const task = (name: string) => async () => {
      trace.push(`${name} begins`)
      await Promise.resolve()
      trace.push(`${name} ends`)
    }
    await Promise.all([lock.run('k', task('a')), lock.run('k', task('b')), lock.run('k', task('c'))])
    expect(trace).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('runs tasks of different keys side by side', async () => {
    const lock = createKeyedLock()
    const gate = Promise.withResolvers<void>()
    const blocked = lock.run('a', () => gate.promise)
    await lock.run('b', async () => {})
    gate.resolve()
    await blocked
  })

  it('goes on after a task that failed, and gives the failure to its caller alone', async () => {
    const lock = createKeyedLock()
    const failed = lock.run('k', async () => {
      throw new Error('no')
    })
    const after = lock.run('k', async () => 'yes')
    await expect(failed).rejects.toThrow('no')
    expect(await after).toBe('yes')
  })
})
