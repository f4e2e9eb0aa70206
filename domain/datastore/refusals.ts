import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import { quote } from '../values/text.ts'
import type { DatastoreState } from './state.ts'

export const unknownVersion = (state: DatastoreState, datastore: DatastoreType, version: string): Rejection => ({
  code: 'UNKNOWN_VERSION',
  message: `${datastore} ${quote(version)} is ${state.withdrawn.includes(version) ? 'withdrawn' : 'not offered'}; offered: ${state.offered.join(', ') || 'none'}`,
  field: 'version',
  details: { datastore, version, offered: state.offered.join(' ') },
})

export const nothingOffered = (datastore: DatastoreType | null): Rejection => ({
  code: 'UNKNOWN_DATASTORE',
  message: `no version of ${datastore ?? 'this datastore'} is offered: no host that has it has registered, or all are withdrawn`,
  field: 'datastore',
})
