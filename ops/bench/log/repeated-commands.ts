import type { InstanceId, ProjectId } from '../../../domain/ids.ts'
import type { QuotaLimits } from '../../../domain/project/index.ts'
import { operator } from './population.ts'
import type { WriteSide } from './write-side.ts'

/** Something to do to an instance, or to another thing, again and again. */
export type Work<Id = InstanceId> = { readonly begin: (id: Id) => Promise<void> }

/** Renames through dispatch: of two appends each, as the project holds the name before the instance has it. */
export const createRenames = ({ dispatch }: WriteSide, signal: AbortSignal): Work => {
  let count = 0
  return {
    begin: async (instanceId) => {
      count += 1
      const command = { type: 'RenameInstance', id: instanceId, name: `name-${count}` } as const
      const answer = await dispatch({ command, actor: operator, signal })
      if (!answer.accepted || answer.replayed) throw new Error(`renaming ${instanceId} changed nothing`)
    },
  }
}

/** Quotas of projects through dispatch: of one append each. */
export const createQuotaChanges = ({ dispatch }: WriteSide, signal: AbortSignal): Work<ProjectId> => {
  let count = 0
  return {
    begin: async (projectId) => {
      count += 1
      const command = { type: 'SetQuota', projectId, ...limitsOf(count) } as const
      const answer = await dispatch({ command, actor: operator, signal })
      if (!answer.accepted || answer.replayed) throw new Error(`the quota of ${projectId} was not changed`)
    },
  }
}

/** Others than those of the number before. */
export const limitsOf = (ordinal: number): QuotaLimits => ({
  instances: 1 + (ordinal % 1000),
  vcpus: 8,
  memoryMiB: 8192,
  volumeGiB: 100,
})

/** How many a second, when so many callers each begin the next as soon as theirs is durable. Each goes round things of its own. */
export const rateOf = async <Id>(
  { begin }: Work<Id>,
  ids: readonly Id[],
  { callers, durationMs }: { readonly callers: number; readonly durationMs: number },
): Promise<number> => {
  globalThis.gc?.()
  const startedAt = performance.now()
  const call = async (caller: number): Promise<number> => {
    let done = 0
    for (let at = caller; performance.now() - startedAt < durationMs; at = (at + callers) % ids.length) {
      const id = ids[at]
      if (id === undefined) throw new Error(`there are only ${ids.length} things to change for ${callers} callers`)
      await begin(id)
      done += 1
    }
    return done
  }
  const counts = await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - startedAt) / 1000)
}
