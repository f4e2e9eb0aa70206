import { postgresql } from '../../../../domain/engines/postgresql.ts'
import { EngineFault } from '../../engine.ts'
import { isReservedDatabase, isReservedRole } from './roles.ts'

/**
 * PostgreSQL cuts longer names short without an error, and would so use another database or user than the one asked
 * for.
 */
const mostBytes = postgresql.userName.maxBytes

/** Throws `EngineFault` (`INVALID_NAME`, `RESERVED_NAME`) for a database name that cannot be used as it is. */
export const assertDatabaseName = (name: string): void => assertName('database', name, isReservedDatabase)

/** The same for a user's name. */
export const assertUserName = (name: string): void => assertName('user', name, isReservedRole)

const assertName = (kind: string, name: string, isReserved: (name: string) => boolean): void => {
  const bytes = Buffer.byteLength(name)
  if (bytes === 0 || bytes > mostBytes || name.includes('\0')) {
    const said = JSON.stringify(name)
    throw new EngineFault('INVALID_NAME', `${said} cannot name a ${kind}: PostgreSQL takes 1 to ${mostBytes} bytes`)
  }
  if (isReserved(name))
    throw new EngineFault('RESERVED_NAME', `The ${kind} "${name}" is reserved for PostgreSQL or Coffer`)
}
