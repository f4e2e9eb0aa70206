import type { ShownOf } from '../aggregate.ts'
import type { datastoreEvents } from './events.ts'

export const datastoreShown: ShownOf<typeof datastoreEvents> = {
  DatastoreVersionOffered: ({ datastore, version }) => ({ datastore, version }),
  DatastoreVersionWithdrawn: ({ datastore, version }) => ({ datastore, version }),
  DatastoreDefaultVersionSet: ({ datastore, version }) => ({ datastore, version }),
}
