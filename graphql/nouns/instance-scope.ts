import type { InstanceId, ProjectId } from '../../domain/ids.ts'
import type { ApiContext } from '../context.ts'
import { isGiven } from '../input.ts'
import { scopeOf } from '../pipeline/tenancy.ts'
import { visibleInstance } from '../visible.ts'

export type InstanceScopeInput = {
  readonly instanceId?: string | null | undefined
  readonly projectId?: string | null | undefined
}

/**
 * What of a project, and within it of one instance, a filter of a list is about, in the terms of the views. Null when it names an instance that the caller may
 * not see or that does not exist. Throws `FORBIDDEN`.
 */
export const instanceScope = async (
  context: ApiContext,
  { instanceId, projectId }: InstanceScopeInput,
): Promise<{ readonly projectId: ProjectId | null; readonly instanceId?: InstanceId } | null> => {
  const scope = scopeOf(context.session, projectId, 'filter.projectId')
  const instance = isGiven(instanceId) ? await visibleInstance(context, instanceId) : undefined
  return instance === null ? null : { ...scope, ...(instance && { instanceId: instance.id }) }
}
