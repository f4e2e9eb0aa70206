import { describe, expect, it } from 'vitest'
import { instanceIdSchema } from '../../../domain/ids.ts'
import { createIdSource, deriveId, deriveIdAt, siblingId } from '../../../kernel/ids.ts'
import { systemRandom } from '../../../kernel/random.ts'

describe('ids made by the write side', () => {
  it('are UUIDs of version 7', () => {
    const id = createIdSource({ now: () => 1_700_000_000_000 }, systemRandom).next()
    expect(instanceIdSchema.safeParse(id).success).toBe(true)
    expect(id[14]).toBe('7')
  })

  it('carry the time they were made', () => {
    const id = createIdSource({ now: () => 0x0123456789ab }, systemRandom).next()
    expect(id.slice(0, 13)).toBe('01234567-89ab')
  })

  it('sort by the order they were made in, also within a millisecond', () => {
    const source = createIdSource({ now: () => 1_700_000_000_000 }, systemRandom)
    const made = Array.from({ length: 10_000 }, () => source.next())
    expect(made.toSorted()).toEqual(made)
    expect(new Set(made).size).toBe(made.length)
  })

  it('do not tell how many others were made in between, within a millisecond', () => {
    const counterOf = (id: string): number => Number.parseInt(id.slice(15, 18), 16)
    const source = createIdSource({ now: () => 1_700_000_000_000 }, systemRandom)
    const made = Array.from({ length: 100 }, () => counterOf(source.next()))
    const steps = made.flatMap((counter, index) => (index === 0 ? [] : [counter - (made[index - 1] ?? 0)]))
    expect(new Set(steps).size).toBeGreaterThan(5)
    const beginnings = Array.from({ length: 50 }, () =>
      counterOf(createIdSource({ now: () => 1 }, systemRandom).next()),
    )
    expect(new Set(beginnings).size).toBeGreaterThan(5)
  })

  it('keep their order when the clock goes back', () => {
    const times = [1000, 2000, 1500, 1999, 2001]
    const source = createIdSource({ now: () => times.shift() ?? 0 }, systemRandom)
    const made = Array.from({ length: 5 }, () => source.next())
    expect(made.toSorted()).toEqual(made)
  })
})

describe('derived ids', () => {
  it('are on every machine and in every release what they have been', () => {
    expect(deriveId('a', 'b')).toBe('59b271ae-1bbc-81d3-9d41-929817f4b16f')
    expect(deriveIdAt(1_700_000_000_000, 'a', 'b')).toBe('018bcfe5-6800-78e5-b80f-259cb669124c')
    expect(siblingId('018bcfe5-6800-7abc-8def-0123456789ab', 'host')).toBe('018bcfe5-6800-7abc-8a37-ccc2a7a88357')
  })

  it('are the same for the same parts', () => {
    expect(deriveId('a', 'b')).toBe(deriveId('a', 'b'))
  })

  it('differ when the same letters are cut into other parts', () => {
    expect(deriveId('ab', 'c')).not.toBe(deriveId('a', 'bc'))
  })

  it('are valid UUIDs', () => {
    expect(instanceIdSchema.safeParse(deriveId('x')).success).toBe(true)
  })
})
