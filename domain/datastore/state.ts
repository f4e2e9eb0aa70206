import type { DatastoreType } from '../values/instance-spec.ts'

/** `offered`: newest first, without what is withdrawn. `pinnedDefault`: chosen by an admin; null: the newest offered is the default. */
export type DatastoreState = {
  readonly datastore: DatastoreType | null
  readonly offered: readonly string[]
  readonly withdrawn: readonly string[]
  readonly pinnedDefault: string | null
}

export const unknownDatastore: DatastoreState = { datastore: null, offered: [], withdrawn: [], pinnedDefault: null }

/** What a request without a version gets; null when nothing is offered. */
export const defaultVersion = (state: DatastoreState): string | null => state.pinnedDefault ?? state.offered[0] ?? null
