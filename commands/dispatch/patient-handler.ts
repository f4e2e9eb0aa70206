import { createBackoff } from '../backoff.ts'
import type { Handler } from '../handle.ts'

/** Each is four tries of the handler's own; with the waits between them, about a second. */
const maxRounds = 8
const waits = { firstMs: 10, maxMs: 250 }

/**
 * The same handler for streams that many write to all the time, as to that of a host: who has just appended knows where the stream ends, and
 * whoever came too late has to read first, and is too late again. So it steps back for a moment before it says `CONCURRENT_MODIFICATION`.
 */
export const createPatientHandler = (handler: Handler, signal: AbortSignal): Handler => ({
  load: handler.load,
  handle: async (...call) => {
    const backoff = createBackoff(Math.random, waits)
    for (let round = 1; ; round += 1) {
      const handled = await handler.handle(...call)
      const isContended = handled.outcome === 'rejected' && handled.rejection.code === 'CONCURRENT_MODIFICATION'
      if (!isContended || round === maxRounds || signal.aborted) return handled
      await backoff.wait(signal)
    }
  },
})
