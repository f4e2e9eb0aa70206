import { describe, expect, it } from 'vitest'
import { pruneDaily } from '../../../agent/journal/prune-daily.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const dayMs = 24 * 60 * 60 * 1000
const startMs = Date.UTC(2030, 5, 30)
const monthBefore = (days: number): string => new Date(startMs + (days - 30) * dayMs).toISOString()

describe('what is old in the journal', () => {
  it('is forgotten when the time is known, and every day after that', async () => {
    const kernel = createVirtualKernel({ startMs })
    const pruned: string[] = []
    const journal = { prune: (before: string) => void pruned.push(before) }
    const { promise: timeKnown, resolve: know } = Promise.withResolvers<void>()
    const pruning = pruneDaily({ ...kernel, journal }, timeKnown)
    await kernel.advance(dayMs)
    expect(pruned).toEqual([])
    know()
    await kernel.advance(2 * dayMs)
    expect(pruned).toEqual([1, 2, 3].map(monthBefore))
    pruning.stop()
    await kernel.advance(dayMs)
    expect(pruned).toHaveLength(3)
  })

  it('stays, and the agent lives on, while the disk has no room to forget it', async () => {
    const { log, lines } = createRecordingLog()
    const kernel = createVirtualKernel({ startMs, log })
    let full = true
    let forgotten = 0
    const prune = (): void => {
      if (full) throw new Error('database or disk is full')
      forgotten += 1
    }
    const pruning = pruneDaily({ ...kernel, journal: { prune } }, Promise.resolve())
    await kernel.advance(dayMs)
    expect(lines.map(({ message }) => message)).toEqual(Array(2).fill('the journal could not forget what is old'))
    full = false
    await kernel.advance(dayMs)
    expect(forgotten).toBe(1)
    pruning.stop()
  })
})
