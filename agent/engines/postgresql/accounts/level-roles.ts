import { escapeIdentifier, escapeLiteral } from 'pg'
import type { AccessLevel } from '../../../../domain/values/access-levels.ts'
import { EngineFault, type EngineInstance } from '../../engine.ts'
import { type Query, withAdministration } from '../session.ts'
import { ensureOwned } from './owner-roles.ts'
import { isForeignRole } from './rights.ts'
import { ownerRoleOf, roleOfLevel } from './roles.ts'

const rights: Readonly<Record<Exclude<AccessLevel, 'all'>, { tables: string; sequences: string; database: string }>> = {
  read: { tables: 'SELECT', sequences: 'SELECT', database: 'CONNECT' },
  write: {
    tables: 'SELECT, INSERT, UPDATE, DELETE',
    sequences: 'SELECT, USAGE, UPDATE',
    database: 'CONNECT, TEMPORARY',
  },
}

/**
 * Makes the role exist whose members may read a database or change its data: all that its users have made in it and will make. What belongs to the superuser,
 * as the objects of extensions do, stays as the extension gave it. What users have taken away of this or of the owner role is there again. Throws `EngineFault`
 * (`USER_REFUSED`, `DATABASE_REFUSED`) where somebody has made a role of the name.
 */
export const ensureLevelRole = async (
  instance: EngineInstance,
  query: Query,
  database: string,
  level: AccessLevel,
  signal: AbortSignal,
): Promise<void> => {
  await ensureOwned(instance, query, database, signal)
  if (level === 'all') return
  const { tables, sequences, database: onDatabase } = rights[level]
  const name = roleOfLevel(level, database)
  const role = escapeIdentifier(name)
  const to = escapeLiteral(name)
  if (await isForeignRole(query, name)) {
    const message = `Role "${name}" was made in SQL and stands in the way of access to database "${database}": drop it first`
    throw new EngineFault('USER_REFUSED', message)
  }
  const known = await query('SELECT FROM pg_roles WHERE rolname = $1', [name])
  if (known.length === 0) await query(`CREATE ROLE ${role} NOLOGIN`)
  await query(`GRANT ${onDatabase} ON DATABASE ${escapeIdentifier(database)} TO ${role}`)
  const forOwner = `ALTER DEFAULT PRIVILEGES FOR ROLE ${escapeIdentifier(ownerRoleOf(database))}`
  const grants = `
    SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, ${to}) AS statement FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    UNION ALL
    SELECT format(CASE WHEN relkind = 'S' THEN 'GRANT ${sequences} ON SEQUENCE %I.%I TO %I'
      ELSE 'GRANT ${tables} ON TABLE %I.%I TO %I' END, nspname, relname, ${to})
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace JOIN pg_roles ON pg_roles.oid = relowner
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT rolsuper
      AND nspname !~ '^pg_' AND nspname <> 'information_schema'`
  await withAdministration(instance, database, signal, async (inDatabase) => {
    const statements = await inDatabase(grants)
    await inDatabase(
      [
        ...statements.map(({ statement }) => String(statement)),
        `${forOwner} GRANT USAGE ON SCHEMAS TO ${role}`,
        `${forOwner} GRANT ${tables} ON TABLES TO ${role}`,
        `${forOwner} GRANT ${sequences} ON SEQUENCES TO ${role}`,
      ].join(';\n'),
    )
  })
}
