import type { ConnectionTarget } from '../engines/descriptor.ts'
import { engineOf } from '../engines/registry.ts'
import type { DatastoreType, Endpoint } from './instance-spec.ts'

/** What is known of the accounts of an instance. `databases` of a user: those it may use. */
export type Reachable = {
  readonly datastore: DatastoreType
  readonly databases: readonly string[]
  readonly users: readonly { readonly name: string; readonly databases: readonly string[] }[]
}

/** Where a client goes: as the user asked for, else the first one, into the database asked for, else that user's first. */
export const connectionTarget = (
  { datastore, databases, users }: Reachable,
  endpoint: Endpoint,
  asked: { readonly user?: string | null | undefined; readonly database?: string | null | undefined },
): ConnectionTarget => {
  const name = asked.user ?? users[0]?.name ?? null
  const account = users.find((candidate) => candidate.name === name)
  const own = account?.databases[0] ?? databases[0] ?? engineOf(datastore).fallbackDatabase
  return { endpoint, user: name, database: asked.database ?? own }
}

/** A URI that clients of the engine take as it is: TLS, the server verified. */
export const connectionUri = (datastore: DatastoreType, target: ConnectionTarget): string =>
  engineOf(datastore).uri(target)
