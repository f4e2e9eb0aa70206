import { escapeIdentifier } from 'pg'
import { EngineFault, type EngineInstance } from '../../engine.ts'
import type { Query } from '../session.ts'
import { reassign } from './reassign.ts'
import { isForeignRole, ownerAttributes, ownerMemberships } from './rights.ts'
import { ownerRoleOf, rootRole } from './roles.ts'

/** A role of this name that a tenant made has an administrator, with whom the database would be shared. */
export const ensureOwnerRole = async (query: Query, database: string, version: string): Promise<void> => {
  const name = ownerRoleOf(database)
  const role = escapeIdentifier(name)
  if (await isForeignRole(query, name)) {
    const message = `Database "${database}" has no owner: role "${name}" was made in SQL and stands in the way; drop it first`
    throw new EngineFault('DATABASE_REFUSED', message)
  }
  const present = await query('SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1)', [[name, rootRole]])
  const isThere = (wanted: string): boolean => present.some((found) => found.name === wanted)
  const verb = isThere(name) ? 'ALTER' : 'CREATE'
  const grants = [
    ...ownerMemberships(version).map((granted) => `GRANT ${granted} TO ${role}`),
    // Tools make and drop databases from there: one cannot be dropped from within.
    `GRANT CONNECT ON DATABASE postgres TO ${role}`,
    ...(isThere(rootRole) ? [`GRANT ${role} TO ${rootRole}`] : []),
  ]
  await query([`${verb} ROLE ${role} ${ownerAttributes(version)}`, ...grants].join(';\n'))
}

/**
 * The database, which exists, belongs to its owner role, lets that role in, and takes connections. Its users can take each of these away in SQL. What belongs to the one whom
 * they made the owner instead, in this database, goes to the owner role as well.
 */
export const ensureOwned = async (
  instance: EngineInstance,
  query: Query,
  database: string,
  signal: AbortSignal,
): Promise<void> => {
  const owner = ownerRoleOf(database)
  const [found] = await query(
    `SELECT pg_get_userbyid(datdba) AS owner, datallowconn AS open,
       (SELECT bool_and(has_database_privilege(rolname, datname, wanted)) AND has_database_privilege(rolname, 'postgres', 'CONNECT')
        FROM pg_roles, unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) wanted WHERE rolname = $2 GROUP BY rolname) AS "isIn"
     FROM pg_database WHERE datname = $1`,
    [database, owner],
  )
  const isOwned = found?.owner === owner
  if (isOwned && found.open === true && found.isIn === true) return
  const name = escapeIdentifier(database)
  await ensureOwnerRole(query, database, instance.installation.version)
  if (found?.open !== true) await query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
  // Last of all comes what shows that it is done.
  if (!isOwned) await reassign(instance, database, { from: String(found?.owner), to: owner }, signal)
  await query(
    `ALTER DATABASE ${name} OWNER TO ${escapeIdentifier(owner)};
     GRANT ALL ON DATABASE ${name} TO ${escapeIdentifier(owner)}`,
  )
}
