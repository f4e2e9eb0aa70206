import type { Rejection } from '../rejection.ts'
import { isVersionWithin } from '../values/version.ts'
import { nothingOffered, unknownVersion } from './refusals.ts'
import { type DatastoreState, defaultVersion } from './state.ts'

export type ResolvedVersion =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly rejection: Rejection }

/**
 * The exact version that a request gets: the very one it names, else the newest under it (`17` gives `17.10`), and without a wish
 * the default. Refused with `UNKNOWN_DATASTORE` when nothing is offered, with `UNKNOWN_VERSION` when nothing offered fits.
 */
export const resolveVersion = (state: DatastoreState, requested?: string): ResolvedVersion => {
  const { datastore, offered } = state
  const fallback = defaultVersion(state)
  if (!datastore || fallback === null) return { ok: false, rejection: nothingOffered(datastore) }
  if (requested === undefined) return { ok: true, version: fallback }
  const version = offered.includes(requested)
    ? requested
    : offered.find((candidate) => isVersionWithin(candidate, requested))
  return version === undefined
    ? { ok: false, rejection: unknownVersion(state, datastore, requested) }
    : { ok: true, version }
}
