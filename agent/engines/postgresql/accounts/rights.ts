import { escapeIdentifier } from 'pg'
import type { Query } from '../session.ts'
import { majorOf } from '../version.ts'
import { ownerRolePrefix } from './roles.ts'

/**
 * What a user of a database may do beyond it, and so may its owner role. Before version 16, CREATEROLE lets its holder become any role but a superuser, and so run programs on
 * the host. From 16 on it reaches the roles that its holder made.
 */
export const userAttributes = (version: string): string => (majorOf(version) >= 16 ? 'CREATEDB CREATEROLE' : 'CREATEDB')

/**
 * What the owner role of a database is made with. The processes of a subscription log in as its owner, so from 16 on, where users have subscriptions,
 * it may log in; `pg_hba.conf` keeps clients from it, whatever password a user might give it.
 */
export const ownerAttributes = (version: string): string =>
  `${majorOf(version) >= 16 ? 'LOGIN' : 'NOLOGIN'} ${userAttributes(version)}`

/** Roles of the engine that every owner role is a member of. */
export const ownerMemberships = (version: string): readonly string[] =>
  majorOf(version) >= 16 ? ['pg_create_subscription'] : []

/** Roles of the engine that the root user is a member of. Those that read and write files or run programs on the host are not among them, nor the one that reads the verifiers of passwords. */
export const rootMemberships = (version: string): readonly string[] => [
  spanningRoles,
  ...(majorOf(version) >= 15 ? ['pg_checkpoint'] : []),
  ...ownerMemberships(version),
]

/** Whether somebody has made a role of this name in SQL: then that one administers it. */
export const isForeignRole = async (query: Query, role: string): Promise<boolean> => {
  const found = await query(
    'SELECT FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = roleid WHERE rolname = $1 AND admin_option',
    [role],
  )
  return found.length > 0
}

/** What they show or let do is of all databases of the instance: statements with their literals, sessions. */
const spanningRoles = 'pg_monitor, pg_signal_backend'

/**
 * Gives the rights that reach over all databases of the instance to those who may use all of them anyway, and takes them from all others: with them, the
 * users of one database would see what those of another do, and REPLICATION copies everything there is.
 */
export const ensureSpanningRights = async (query: Query): Promise<void> => {
  const rows = await query(
    `SELECT DISTINCT owner.rolname AS owner, member.rolname AS member
     FROM pg_database JOIN pg_roles owner ON owner.oid = datdba
       LEFT JOIN pg_auth_members membership ON membership.roleid = owner.oid
       LEFT JOIN pg_roles member ON member.oid = membership.member AND member.rolcanlogin
     WHERE starts_with(owner.rolname, $1)`,
    [ownerRolePrefix],
  )
  const pairs = rows.map(({ owner, member }) => ({
    owner: String(owner),
    member: member === null ? null : String(member),
  }))
  const owners = [...new Set(pairs.map(({ owner }) => owner))]
  const users = [...new Set(pairs.flatMap(({ member }) => member ?? []))]
  const uses = (user: string, owner: string): boolean =>
    pairs.some((pair) => pair.owner === owner && pair.member === user)
  const spans = (user: string): boolean => owners.every((owner) => uses(user, owner))
  const statements = [
    ...users.map((user) => `ALTER ROLE ${escapeIdentifier(user)} ${spans(user) ? '' : 'NO'}REPLICATION`),
    ...owners.flatMap((owner) => {
      const role = escapeIdentifier(owner)
      return users.filter((user) => uses(user, owner)).every(spans)
        ? [`ALTER ROLE ${role} REPLICATION`, `GRANT ${spanningRoles} TO ${role} WITH ADMIN OPTION`]
        : [`ALTER ROLE ${role} NOREPLICATION`, `REVOKE ${spanningRoles} FROM ${role} CASCADE`]
    }),
  ]
  if (statements.length > 0) await query(statements.join(';\n'))
}
