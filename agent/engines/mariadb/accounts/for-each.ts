import type { EngineInstance } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import type { Query } from '../protocol/connection.ts'
import { withAdministration } from '../session.ts'

/** Carries out one after the other in a session of the agent's. What MariaDB refuses of one becomes `USER_REFUSED` with what was being done. */
export const forEachWish = async <Wish>(
  instance: EngineInstance,
  wishes: readonly Wish[],
  signal: AbortSignal,
  work: (query: Query, wish: Wish) => Promise<void>,
  doing: (wish: Wish) => string,
): Promise<void> => {
  if (wishes.length === 0) return
  await withAdministration(instance, signal, async (query) => {
    for (const wish of wishes) {
      await work(query, wish).catch((error: unknown) => {
        signal.throwIfAborted()
        throw toEngineFault(error, doing(wish), 'USER_REFUSED')
      })
    }
  })
}
