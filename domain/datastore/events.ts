import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { datastoreTypeSchema } from '../values/instance-spec.ts'

export const datastoreEvents = {
  /** A host that has this engine version registered: instances of it can be asked for. */
  DatastoreVersionOffered: defineEvent(1, z.object({ datastore: datastoreTypeSchema, version: z.string() })),
  /** An admin withdrew it: no new instances, those that run stay. */
  DatastoreVersionWithdrawn: defineEvent(1, z.object({ datastore: datastoreTypeSchema, version: z.string() })),
  /** An admin named the version a request without one gets; until then it is the newest offered. */
  DatastoreDefaultVersionSet: defineEvent(1, z.object({ datastore: datastoreTypeSchema, version: z.string() })),
}

export type DatastoreEvent = EventOf<typeof datastoreEvents>
