import type { ProjectId } from '../../domain/ids.ts'
import { ApiError } from '../errors.ts'

/** Counts open subscriptions, so that no project can hold more than its share of memory and connections. */
export type SubscriptionSlots = {
  /** Takes one and gives the function that frees it. Throws `TOO_MANY_SUBSCRIPTIONS`. */
  take(projectId: ProjectId): () => void
}

export type SlotsOptions = {
  readonly perProject: number
  /** Told how many are open, of all projects, whenever that changes. */
  readonly onChange: (open: number) => void
}

export const createSubscriptionSlots = ({ perProject, onChange }: SlotsOptions): SubscriptionSlots => {
  const taken = new Map<ProjectId, number>()
  let total = 0

  const change = (projectId: ProjectId, by: 1 | -1): void => {
    const count = (taken.get(projectId) ?? 0) + by
    if (count === 0) taken.delete(projectId)
    else taken.set(projectId, count)
    total += by
    onChange(total)
  }

  return {
    take: (projectId) => {
      if ((taken.get(projectId) ?? 0) >= perProject) {
        throw new ApiError(
          'TOO_MANY_SUBSCRIPTIONS',
          `the project has ${perProject} subscriptions open, which is the most it may have: close one first`,
        )
      }
      change(projectId, 1)
      let freed = false
      return () => {
        if (freed) return
        freed = true
        change(projectId, -1)
      }
    },
  }
}
