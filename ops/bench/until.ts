import { setTimeout as delay } from 'node:timers/promises'

const pollMs = 10

/** Resolves with the first answer that is not null. Throws after `timeoutMs`, saying what did not come, and when the signal aborts. */
export const until = async <T>(
  what: string,
  look: () => T | null | Promise<T | null>,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<T> => {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    const seen = await look()
    if (seen !== null) return seen
    if (performance.now() > giveUpAt) throw new Error(`still not there after ${timeoutMs / 1000} s: ${what}`)
    await delay(pollMs, undefined, { signal })
  }
}
