import type { FaultCode } from '../../../../domain/values/fault-codes.ts'
import type { EngineInstance } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import { lockAccounts, type Query, withAdministration } from '../session.ts'
import { ensureSpanningRights } from './rights.ts'

/** `doing`: what was being done when PostgreSQL refused it, which becomes a fault of this code. */
export type Refusal<Wish> = { readonly code: FaultCode; readonly doing: (wish: Wish) => string }

/** Carries out one after the other in a session of the agent's, while nobody else changes accounts; then the rights over all databases fit again. */
export const forEachWish = async <Wish>(
  instance: EngineInstance,
  wishes: readonly Wish[],
  signal: AbortSignal,
  { code, doing }: Refusal<Wish>,
  work: (query: Query, wish: Wish) => Promise<void>,
): Promise<void> => {
  if (wishes.length === 0) return
  await withAdministration(instance, 'postgres', signal, async (query) => {
    await lockAccounts(query)
    for (const wish of wishes) {
      await work(query, wish).catch((error: unknown) => {
        signal.throwIfAborted()
        throw toEngineFault(error, doing(wish), code)
      })
    }
    await ensureSpanningRights(query)
  })
}
