import { describe, expect, it } from 'vitest'
import { hasStirred, type Pulse, stoodStill } from '../../../agent/supervision/pulse.ts'

const before: Pulse = { atMs: 0, switches: 100, allSwitches: 400, busy: false, held: false, usedTicks: 500 }
const later = (changes: Partial<Pulse>): Pulse => ({ ...before, atMs: 30_000, switches: 120, ...changes })

describe('an engine that does not answer', () => {
  it.each([
    ['stood still when its main process is held', later({ held: true, busy: true, usedTicks: 3000 }), true],
    ['stood still when its main process did not run once', later({ switches: 100, usedTicks: 2000 }), true],
    ['stood still when all its processes were idle', later({ usedTicks: 510 }), true],
    ['did not when it used a processor', later({ usedTicks: 3000 }), false],
    ['did not when it waits for a processor or a disk', later({ switches: 100, allSwitches: 400, busy: true }), false],
  ] as const)('%s', (_, seen, expected) => {
    expect(stoodStill(before, seen)).toBe(expected)
  })
})

describe('an engine that was told to end', () => {
  it.each([
    ['has not stirred when none of its processes ran', later({}), false],
    ['has not when its main process is held, whatever the others do', later({ held: true, busy: true }), false],
    ['has when any of them ran', later({ allSwitches: 401 }), true],
    ['has when one of them ended', later({ allSwitches: 390 }), true],
    ['has when one waits for a processor or a disk', later({ busy: true }), true],
  ] as const)('%s', (_, seen, expected) => {
    expect(hasStirred({ ...before, switches: 120 }, seen)).toBe(expected)
  })
})
