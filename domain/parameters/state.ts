import type { DatastoreType } from '../values/instance-spec.ts'
import type { Parameter } from '../values/parameter.ts'

export type ParametersState =
  | { readonly status: 'UNREAD' }
  | {
      readonly status: 'READ'
      readonly datastore: DatastoreType
      readonly version: string
      readonly format: number
      readonly parameters: readonly Parameter[]
    }

export const unreadParameters: ParametersState = { status: 'UNREAD' }
