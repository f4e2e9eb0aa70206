import type { ConfigurationId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { ParameterValues } from '../values/parameter.ts'

/** `asked`: those that have not answered, with the operation that makes them follow once it has begun. */
export type Rollout = {
  readonly revision: number
  readonly restart: boolean
  readonly parallelism: number
  readonly asked: Readonly<Record<InstanceId, OperationId | null>>
}

type Known = {
  readonly configurationId: ConfigurationId
  readonly projectId: ProjectId
  readonly name: string
  readonly description: string
  readonly datastore: DatastoreType
  readonly version: string
  readonly revision: number
  readonly values: ParameterValues
  /** Those that have its values, and of which revision. */
  readonly instances: Readonly<Record<InstanceId, number>>
  /** Null while none goes on. */
  readonly rollout: Rollout | null
}

export type ConfigurationState =
  | { readonly status: 'ABSENT' }
  | (Known & { readonly status: 'ACTIVE' })
  | (Known & { readonly status: 'DELETED' })

export type ActiveConfiguration = Extract<ConfigurationState, { readonly status: 'ACTIVE' }>

/** What has begun counts for the rollout that comes next, too; what was only asked for is asked for again. */
export const underWay = (rollout: Rollout | null): Rollout['asked'] =>
  Object.fromEntries(Object.entries(rollout?.asked ?? {}).filter(([, operationId]) => operationId !== null))

/** The rollout waits for this instance no more. */
export const withoutAsked = (rollout: Rollout, instanceId: InstanceId): Rollout => {
  const { [instanceId]: _, ...asked } = rollout.asked
  return { ...rollout, asked }
}

export const absentConfiguration: ConfigurationState = { status: 'ABSENT' }
