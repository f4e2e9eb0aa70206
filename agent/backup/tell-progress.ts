import { bytesInWords } from '../../domain/values/bytes.ts'
import type { OutcomeContext } from '../outcomes/outcome.ts'

export type Meter = {
  /** About how many bytes there will be in all. */
  expect(bytes: number): void
  /** Passes a stream on, and counts it. */
  count(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** Often enough for whoever watches, and seldom enough for a log that keeps it. */
const everyMs = 2_000

/** Tells how much of a copy has gone by, how much there is in all, and how fast it goes. `done`: the word for it, such as `copied`. */
export const createMeter = (
  { progress, elapsedMs }: Pick<OutcomeContext, 'progress'> & { readonly elapsedMs: () => number },
  done: string,
): Meter => {
  const startedAt = elapsedMs()
  let [expected, bytes, toldAt] = [0, 0, startedAt]
  const tell = (): void => {
    const now = elapsedMs()
    if (now - toldAt < everyMs) return
    toldAt = now
    const rate = `${bytesInWords(bytes / ((now - startedAt) / 1000))}/s`
    const ofAll = expected > bytes ? ` of about ${bytesInWords(expected)}` : ''
    // Its end is told by the result: the engine's estimate may be too low.
    progress(Math.min(0.99, bytes / Math.max(expected, bytes, 1)), `${done} ${bytesInWords(bytes)}${ofAll}, ${rate}`)
  }
  return {
    expect: (total) => {
      expected = total
    },
    count: async function* (content) {
      for await (const chunk of content) {
        yield chunk
        bytes += chunk.byteLength
        tell()
      }
    },
  }
}
