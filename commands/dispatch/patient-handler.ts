import { sealingKeysResource } from '../../domain/host/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { type BackOffDeps, createBackOff } from '../../kernel/back-off.ts'
import type { Handler } from '../handle.ts'

/** What is refused now and may be granted a moment later, when others are done or a host has offered more keys. */
export const isPassing = ({ code, details }: Rejection): boolean =>
  code === 'CONCURRENT_MODIFICATION' || details?.resource === sealingKeysResource

/** Each is four tries of the handler's own; with the waits between them, about a second. */
const maxRounds = 8
const waits = { firstMs: 10, maxMs: 250 }

/**
 * The same handler for streams that many write to all the time, as to that of a host: who has just appended knows where the stream ends, and
 * whoever came too late has to read first, and is too late again. So it steps back for a moment before it says `CONCURRENT_MODIFICATION`. It waits alike for a host to offer more keys to seal passwords to.
 */
export const createPatientHandler = (
  { handler, ...kernel }: BackOffDeps & { readonly handler: Handler },
  signal: AbortSignal,
): Handler => ({
  load: handler.load,
  handle: async (...call) => {
    const backoff = createBackOff(kernel, waits)
    for (let round = 1; ; round += 1) {
      const handled = await handler.handle(...call)
      const isRefusedForNow = handled.outcome === 'rejected' && isPassing(handled.rejection)
      if (!isRefusedForNow || round === maxRounds || signal.aborted) return handled
      await backoff.wait(signal)
    }
  },
})
