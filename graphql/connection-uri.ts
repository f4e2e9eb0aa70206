import { connectionUri } from '../domain/values/connection-strings.ts'
import type { InstanceDocument } from '../projections/documents.ts'

/** The URI of an instance, never with a password: of its first user and that user's first database unless told. Null without an endpoint. */
export const instanceUri = (
  { datastore, endpoint, users, databases }: InstanceDocument,
  user: string | null,
  database: string | null,
): string | null => {
  if (endpoint === null) return null
  const account = user === null ? users[0] : users.find(({ name }) => name === user)
  return connectionUri({
    datastore,
    endpoint,
    user: user ?? account?.name ?? null,
    database: database ?? account?.databases[0] ?? databases[0] ?? null,
  })
}
