import type { InstanceId } from '../../../domain/ids.ts'
import { operator } from './population.ts'
import type { WriteSide } from './write-side.ts'

/** Something to do to an instance, again and again. */
export type Work = { readonly begin: (instanceId: InstanceId) => Promise<void> }

/** Commands that change an instance by one event, through dispatch. */
export const createRenames = ({ dispatch }: WriteSide, signal: AbortSignal): Work => {
  let count = 0
  return {
    begin: async (instanceId) => {
      count += 1
      const command = { type: 'RenameInstance', instanceId, name: `name-${count}` } as const
      const answer = await dispatch({ command, actor: operator, signal })
      if (!answer.accepted || answer.replayed) throw new Error(`renaming ${instanceId} changed nothing`)
    },
  }
}

/** How many a second, when so many callers each begin the next as soon as theirs is durable. Each goes round instances of its own. */
export const rateOf = async (
  { begin }: Work,
  instanceIds: readonly InstanceId[],
  { callers, durationMs }: { readonly callers: number; readonly durationMs: number },
): Promise<number> => {
  globalThis.gc?.()
  const startedAt = performance.now()
  const call = async (caller: number): Promise<number> => {
    let done = 0
    for (let at = caller; performance.now() - startedAt < durationMs; at = (at + callers) % instanceIds.length) {
      const instanceId = instanceIds[at]
      if (instanceId === undefined)
        throw new Error(`there are only ${instanceIds.length} instances for ${callers} callers`)
      await begin(instanceId)
      done += 1
    }
    return done
  }
  const counts = await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - startedAt) / 1000)
}
