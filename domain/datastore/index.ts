import type { Decider } from '../decider.ts'
import type { DatastoreCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { DatastoreEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { type DatastoreState, unknownDatastore } from './state.ts'

export type { DatastoreCommand } from './commands.ts'
export { type DatastoreEvent, datastoreEvents } from './events.ts'
export { type ResolvedVersion, resolveVersion } from './resolve-version.ts'
export { type DatastoreState, defaultVersion } from './state.ts'
export { datastoreCategory, datastoreStream } from './stream.ts'

export const datastore: Decider<DatastoreState, DatastoreCommand, DatastoreEvent> = {
  initial: unknownDatastore,
  decide,
  evolve,
}
