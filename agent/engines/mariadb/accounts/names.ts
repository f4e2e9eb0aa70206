import { mariadb } from '../../../../domain/engines/mariadb.ts'
import { assertName } from '../../assert-name.ts'

/** Throws `EngineFault` (`INVALID_NAME`, `RESERVED_NAME`) for a database name that cannot be used as it is. */
export const assertDatabaseName = (name: string): void => {
  if (mariadb.databases.kind === 'named') assertName(mariadb.databases.name, name)
}

/** The same for a user's name. */
export const assertUserName = (name: string): void => assertName(mariadb.userName, name)
