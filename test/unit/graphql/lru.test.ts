import { describe, expect, it } from 'vitest'
import { createLru } from '../../../graphql/pipeline/lru.ts'

describe('what is kept of what was used', () => {
  it('is the latest, by number', () => {
    const kept = createLru<number>({ entries: 2, keyChars: 100 })
    kept.set('a', 1)
    kept.set('b', 2)
    kept.get('a')
    kept.set('c', 3)
    expect(['a', 'b', 'c'].map(kept.get)).toEqual([1, undefined, 3])
  })

  it('is the latest, by the length of all keys together', () => {
    const kept = createLru<number>({ entries: 100, keyChars: 10 })
    kept.set('aaaa', 1)
    kept.set('bbbb', 2)
    kept.set('bbbb', 3)
    expect(['aaaa', 'bbbb'].map(kept.get)).toEqual([1, 3])
    kept.set('cccccc', 4)
    expect(['aaaa', 'bbbb', 'cccccc'].map(kept.get)).toEqual([undefined, 3, 4])
  })

  it('is nothing of a key that is longer than all may be', () => {
    const kept = createLru<number>({ entries: 100, keyChars: 3 })
    kept.set('a', 1)
    kept.set('long', 2)
    kept.set('b', 3)
    expect(['a', 'long', 'b'].map(kept.get)).toEqual([undefined, undefined, 3])
  })
})
