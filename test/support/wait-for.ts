import { setTimeout as delay } from 'node:timers/promises'

const pollMs = 25
const patienceMs = 60_000

/** Asks until the answer is neither null, undefined nor false, and gives it. Throws, naming what was waited for, when that takes too long. */
export const waitFor = async <T>(
  what: string,
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = patienceMs,
): Promise<T> => {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`)
    await delay(pollMs)
  }
}
