import { describe, expect, it } from 'vitest'
import { createLoader } from '../../../graphql/loader.ts'

const createCounted = () => {
  const calls: (readonly string[])[] = []
  const load = createLoader<string, string>(async (keys) => {
    calls.push(keys)
    return keys.map((key) => (key === 'absent' ? null : `document ${key}`))
  })
  return { calls, load }
}

describe('a loader', () => {
  it('reads what is asked for at the same time in one go, each key once', async () => {
    const { calls, load } = createCounted()
    expect(await Promise.all([load('a'), load('b'), load('a'), load('absent')])).toEqual([
      'document a',
      'document b',
      'document a',
      null,
    ])
    expect(calls).toEqual([['a', 'b', 'absent']])
  })

  it('keeps nothing, so that what was written meanwhile is seen', async () => {
    const { calls, load } = createCounted()
    await load('a')
    await load('a')
    expect(calls).toEqual([['a'], ['a']])
  })

  it('passes a failure to everybody who asked, and goes on', async () => {
    let broken = true
    const load = createLoader<string, string>(async (keys) => {
      if (broken) throw new Error('away')
      return keys
    })
    const results = await Promise.allSettled([load('a'), load('b')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    broken = false
    expect(await load('a')).toBe('a')
  })
})
