import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pruneDaily } from '../../../agent/journal/prune-daily.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const dayMs = 24 * 60 * 60 * 1000
const clock = { now: () => Date.UTC(2030, 5, 30) }
const monthAgo = new Date(Date.UTC(2030, 4, 31)).toISOString()

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what is old in the journal', () => {
  it('is forgotten when the time is known, and every day after that', async () => {
    const pruned: string[] = []
    const journal = { prune: (before: string) => void pruned.push(before) }
    const { promise: timeKnown, resolve: know } = Promise.withResolvers<void>()
    const pruning = pruneDaily({ journal, clock, log: createRecordingLog().log }, timeKnown)
    await vi.advanceTimersByTimeAsync(dayMs)
    expect(pruned).toEqual([])
    know()
    await vi.advanceTimersByTimeAsync(2 * dayMs)
    expect(pruned).toEqual([monthAgo, monthAgo, monthAgo])
    pruning.stop()
    await vi.advanceTimersByTimeAsync(dayMs)
    expect(pruned).toHaveLength(3)
  })

  it('stays, and the agent lives on, while the disk has no room to forget it', async () => {
    const { log, lines } = createRecordingLog()
    let full = true
    let forgotten = 0
    const prune = (): void => {
      if (full) throw new Error('database or disk is full')
      forgotten += 1
    }
    const pruning = pruneDaily({ journal: { prune }, clock, log }, Promise.resolve())
    await vi.advanceTimersByTimeAsync(dayMs)
    expect(lines.map(({ message }) => message)).toEqual(Array(2).fill('the journal could not forget what is old'))
    full = false
    await vi.advanceTimersByTimeAsync(dayMs)
    expect(forgotten).toBe(1)
    pruning.stop()
  })
})
