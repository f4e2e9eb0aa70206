import type { ConfigurationId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Parameter, ParameterValues } from '../values/parameter.ts'

/** `parameters`: the catalogue of its version. `now`: ISO 8601, when the command is handled. */
export type ConfigurationCommand =
  | {
      readonly type: 'CreateConfiguration'
      readonly configurationId: ConfigurationId
      readonly projectId: ProjectId
      readonly name: string
      readonly description: string
      readonly datastore: DatastoreType
      readonly version: string
      readonly values: ParameterValues
      readonly parameters: readonly Parameter[]
    }
  /** `keep`: those that are not named stay, except those to `unset`; else they go. A name or a description that is left out stays. */
  | {
      readonly type: 'ChangeConfiguration'
      readonly set: ParameterValues
      readonly unset: readonly string[]
      readonly keep: boolean
      readonly name?: string
      readonly description?: string
      readonly restart: boolean
      readonly parallelism: number
      readonly parameters: readonly Parameter[]
      readonly now: string
    }
  | { readonly type: 'DeleteConfiguration' }
  /** Those that have not followed yet are to. */
  | { readonly type: 'BeginRollout'; readonly restart: boolean; readonly parallelism: number; readonly now: string }
  | { readonly type: 'CancelRollout' }
  /** An operation has given the instance its values of this revision. */
  | {
      readonly type: 'NoteFollowed'
      readonly instanceId: InstanceId
      readonly revision: number
      readonly now: string
    }
  /** The instance follows it no more. */
  | { readonly type: 'NoteLeft'; readonly instanceId: InstanceId; readonly now: string }
  /** An instance that was asked to follow has begun to, or was refused, or has failed: `reason` for a person. */
  | {
      readonly type: 'NoteAsked'
      readonly instanceId: InstanceId
      readonly revision: number
      readonly operationId: OperationId | null
      readonly reason: string | null
    }
  | {
      readonly type: 'NoteFailed'
      readonly instanceId: InstanceId
      readonly operationId: OperationId
      readonly reason: string
    }
