import { createStreamName, type StreamName } from '../stream.ts'
import type { DatastoreType } from '../values/instance-spec.ts'

export const datastoreCategory = 'datastore'
export const datastoreStream = (datastore: DatastoreType): StreamName => createStreamName(datastoreCategory, datastore)
