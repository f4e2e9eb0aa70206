import type { DatastoreType } from '../values/instance-spec.ts'

export type DatastoreCommand =
  | { readonly type: 'OfferDatastoreVersions'; readonly datastore: DatastoreType; readonly versions: readonly string[] }
  | { readonly type: 'WithdrawDatastoreVersion'; readonly datastore: DatastoreType; readonly version: string }
  | { readonly type: 'SetDefaultDatastoreVersion'; readonly datastore: DatastoreType; readonly version: string }
