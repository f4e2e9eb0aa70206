import type { FaultCode } from '../../../../domain/values/fault-codes.ts'
import type { EngineInstance } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import type { Query } from '../protocol/connection.ts'
import { withAdministration } from '../session.ts'

/** `doing`: what was being done when MariaDB refused it, which becomes a fault of this code. */
export type Refusal<Wish> = { readonly code: FaultCode; readonly doing: (wish: Wish) => string }

/** Carries out one after the other in a session of the agent's. */
export const forEachWish = async <Wish>(
  instance: EngineInstance,
  wishes: readonly Wish[],
  signal: AbortSignal,
  { code, doing }: Refusal<Wish>,
  work: (query: Query, wish: Wish) => Promise<void>,
): Promise<void> => {
  if (wishes.length === 0) return
  await withAdministration(instance, signal, async (query) => {
    for (const wish of wishes) {
      await work(query, wish).catch((error: unknown) => {
        signal.throwIfAborted()
        throw toEngineFault(error, doing(wish), code)
      })
    }
  })
}
