import { datastoreTypes } from '../../domain/engines/registry.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { trouble } from './failure.ts'

/** Null for one that came with a later version of the server. */
export const tryDatastore = (word: string): DatastoreType | null => datastoreTypes.find((type) => type === word) ?? null

/** Throws where a later version of the server brought it: neither its client program nor its URIs are known here. */
export const datastoreOf = ({
  name,
  datastore,
}: {
  readonly name: string
  readonly datastore: string
}): DatastoreType => {
  const known = tryDatastore(datastore)
  if (known) return known
  const message = `${name} is a ${datastore}, which this client does not know: install the client of the server's version`
  throw trouble('DATASTORE_NOT_KNOWN', message)
}
