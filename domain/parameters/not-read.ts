import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from '../values/instance-spec.ts'

/** Of a version that is there, whose parameters nobody knows yet. `details.notRead` tells it from a version that is not there. */
export const notRead = (datastore: DatastoreType, version: string): Rejection => ({
  code: 'UNKNOWN_VERSION',
  message: `no host has started ${datastore} ${version} yet, and its parameters are read from it then: make an instance of it, or try again in a minute`,
  field: 'version',
  details: { datastore, version, notRead: true },
})
