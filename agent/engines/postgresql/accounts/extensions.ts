import { escapeIdentifier } from 'pg'
import { EngineFault, type EngineInstance, type ExtensionWish } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import { offered } from '../lifecycle/extensions.ts'
import { lockAccounts, type Query, withAdministration } from '../session.ts'
import { assertDatabaseName } from './names.ts'
import { ensureOwned } from './owner-roles.ts'
import { ownerRoleOf } from './roles.ts'

/** As the owner role of the database would create and drop it. Throws `EngineFault`: `DATABASE_MISSING`, `EXTENSION_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`. */
export const setExtension = async (
  instance: EngineInstance,
  { database, name, present }: ExtensionWish,
  signal: AbortSignal,
): Promise<void> => {
  assertDatabaseName(database)
  await withAdministration(instance, 'postgres', signal, async (query) => {
    const found = await query('SELECT FROM pg_database WHERE datname = $1', [database])
    if (found.length === 0) throw new EngineFault('DATABASE_MISSING', `Database "${database}" does not exist any more`)
    await lockAccounts(query)
    await ensureOwned(instance, query, database, signal)
  })
  const doing = `${present ? 'create' : 'drop'} extension "${name}" in database "${database}"`
  await withAdministration(instance, database, signal, async (query) => {
    const known = await query('SELECT FROM pg_extension WHERE extname = $1', [name])
    if (present === known.length > 0) return
    const act = present ? create : drop
    await act(query, name, database).catch((error: unknown) => {
      signal.throwIfAborted()
      throw toEngineFault(error, doing, 'EXTENSION_REFUSED')
    })
  })
}

const create = async (query: Query, name: string, database: string): Promise<void> => {
  const listed = await query(
    `SELECT listed.name, bool_or(trusted) AS trusted FROM pg_available_extensions listed
       JOIN pg_available_extension_versions versions ON versions.name = listed.name AND version = default_version
     GROUP BY listed.name ORDER BY listed.name`,
  )
  const available = listed.filter((one) => one.trusted === true || offered.includes(String(one.name)))
  const wanted = available.find((one) => one.name === name)
  if (wanted === undefined) {
    const names = available.map((one) => String(one.name)).join(', ')
    throw new EngineFault('EXTENSION_REFUSED', `Extension "${name}" is not offered: there is ${names}`)
  }
  if (offered.includes(name)) {
    await query('SELECT coffer_create_extension($1)', [name])
    return
  }
  // Without a schema it would go into that of the engine, where this session looks first.
  await asOwner(query, database, `CREATE EXTENSION ${escapeIdentifier(name)} SCHEMA public CASCADE`)
}

const drop = (query: Query, name: string, database: string): Promise<void> =>
  asOwner(query, database, `DROP EXTENSION IF EXISTS ${escapeIdentifier(name)}`)

/** One query string is one transaction, and the role is of that alone. */
const asOwner = async (query: Query, database: string, statement: string): Promise<void> => {
  await query(`SET LOCAL ROLE ${escapeIdentifier(ownerRoleOf(database))};\n${statement}`)
}
