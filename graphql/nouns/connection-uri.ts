import { connectionTarget, connectionUri } from '../../domain/values/connection-strings.ts'
import { databasesOf, type KnownUser } from '../../domain/values/known-accounts.ts'
import type { InstanceDocument } from '../../projections/views/instance-document.ts'

/** The URI of an instance, never with a password: of its first user and that user's first database unless told. Null without an endpoint. */
export const instanceUri = (
  instance: InstanceDocument,
  user: string | null,
  database: string | null,
): string | null => {
  const { datastore, endpoint } = instance
  return (
    endpoint &&
    connectionUri(
      datastore,
      connectionTarget({ ...instance, users: instance.users.map(reachable) }, endpoint, { user, database }),
    )
  )
}

const reachable = (user: KnownUser) => ({ name: user.name, databases: databasesOf(user) })
