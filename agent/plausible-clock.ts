import type { Facts } from './journal/facts.ts'

/** Nothing of this program is older. */
const firstMs = Date.parse('2025-01-01T00:00:00Z')
const dayMs = 24 * 3600 * 1000
const factName = 'clock at last start'

/** Whether a clock may be right: none stands before this program existed. */
export const isPlausible = (now: Date): boolean => now.getTime() >= firstMs

/**
 * Why the clock of the host cannot be right, or was not at the last start of the agent, in words; null when nothing speaks against it. Notes what it
 * is now, so a clock that was mended is spoken of once.
 */
export const findClockFault = (facts: Facts, nowMs: number): string | null => {
  const last = facts.get(factName)
  const now = new Date(nowMs)
  if (!isPlausible(now)) return `the clock of the host says ${now.toISOString()}: no certificate is renewed by it`
  facts.set(factName, now.toISOString())
  if (last === null || nowMs >= Date.parse(last) - dayMs) return null
  return `the clock of the host says ${now.toISOString()}, and said ${last} when the agent started last: it is behind now, or was ahead then`
}
