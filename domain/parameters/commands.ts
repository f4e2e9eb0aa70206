import type { DatastoreType } from '../values/instance-spec.ts'
import type { Parameter } from '../values/parameter.ts'

/** What a host has read. */
export type ParametersCommand = {
  readonly type: 'RecordParameters'
  readonly datastore: DatastoreType
  readonly version: string
  readonly format: number
  readonly parameters: readonly Parameter[]
}
