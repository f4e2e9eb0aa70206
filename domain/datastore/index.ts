import { defineAggregate } from '../aggregate.ts'
import { datastoreTypeSchema } from '../values/instance-spec.ts'
import { decide } from './decide.ts'
import { datastoreEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { datastoreShown } from './shown.ts'
import { unknownDatastore } from './state.ts'

export type { DatastoreCommand } from './commands.ts'
export { type DatastoreEvent, datastoreEvents } from './events.ts'
export { type ResolvedVersion, resolveVersion } from './resolve-version.ts'
export { type DatastoreState, defaultVersion } from './state.ts'

export const datastore = defineAggregate({
  category: 'datastore',
  id: datastoreTypeSchema,
  events: datastoreEvents,
  audience: 'admins',
  shown: datastoreShown,
  leadsTo: 'nothing',
  initial: unknownDatastore,
  decide,
  evolve,
})

export const datastoreCategory = datastore.category
export const datastoreStream = datastore.stream
