import { escapeIdentifier } from 'pg'
import type { EngineInstance } from '../../engine.ts'
import { withAdministration } from '../session.ts'

/**
 * What one role owns within a database belongs to another. Databases stay whose they are, which the engine's own statement would take along from wherever it is said. Nothing of a
 * superuser's is touched.
 */
export const reassign = (
  instance: EngineInstance,
  database: string,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<void> =>
  withAdministration(instance, database, signal, async (query) => {
    const former = await query('SELECT FROM pg_roles WHERE rolname = $1 AND NOT rolsuper', [from])
    if (former.length === 0) return
    const owned = await query(
      'SELECT datname AS name FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE rolname = $1',
      [from],
    )
    const role = escapeIdentifier(from)
    // One query string is one transaction.
    await query(
      [
        `REASSIGN OWNED BY ${role} TO ${escapeIdentifier(to)}`,
        ...owned.map(({ name }) => `ALTER DATABASE ${escapeIdentifier(String(name))} OWNER TO ${role}`),
      ].join(';\n'),
    )
  })
