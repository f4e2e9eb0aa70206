import type { ProjectId } from '../../domain/ids.ts'

/** Counts what the projects have open of something, so that none can hold more than its share of memory and connections. */
export type ProjectSlots = {
  /** How many a project may have. */
  readonly perProject: number
  /** Takes one and gives the function that frees it; null when the project has as many as it may. */
  tryTake(projectId: ProjectId): (() => void) | null
}

export type SlotsOptions = {
  readonly perProject: number
  /** Told how many are open, of all projects, whenever that changes. */
  readonly onChange?: (open: number) => void
}

export const createProjectSlots = ({ perProject, onChange = () => {} }: SlotsOptions): ProjectSlots => {
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
    perProject,
    tryTake: (projectId) => {
      if ((taken.get(projectId) ?? 0) >= perProject) return null
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
