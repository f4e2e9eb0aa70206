import { mariadb } from '../../../../domain/engines/mariadb.ts'
import { assertName } from '../../assert-name.ts'
import { EngineFault, type EngineInstance, type UserWish } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import type { Query } from '../protocol/connection.ts'
import { nativeHash } from '../protocol/native-password.ts'
import { withAdministration } from '../session.ts'
import { account, grantedOn, quoted } from '../sql.ts'
import { assertDatabaseName } from './databases.ts'

/**
 * Makes each user exist with this password, for the network with TLS alone, and with all rights on exactly these databases. Throws `EngineFault`: `INVALID_NAME`,
 * `RESERVED_NAME`, `DATABASE_MISSING`, `USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const ensureUsers = async (
  instance: EngineInstance,
  wishes: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  for (const { name, databases } of wishes) {
    assertName(mariadb.userName, name)
    databases.forEach(assertDatabaseName)
  }
  if (wishes.length === 0) return
  await withAdministration(instance, signal, async (query) => {
    for (const wish of wishes) {
      await ensureUser(query, wish).catch((error: unknown) => {
        signal.throwIfAborted()
        throw toEngineFault(error, `create user "${wish.name}"`, 'USER_REFUSED')
      })
    }
  })
}

const ensureUser = async (query: Query, { name, password, databases }: UserWish): Promise<void> => {
  // A grant on what does not exist would be taken.
  for (const database of databases) {
    const present = await query(`SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoted(database)}`)
    if (present.length === 0) {
      const message = `User "${name}" was to use database "${database}", which does not exist`
      throw new EngineFault('DATABASE_MISSING', message)
    }
  }
  const user = account(name)
  const identity = `${user} IDENTIFIED BY PASSWORD '${nativeHash(password)}' REQUIRE SSL`
  await query(`CREATE USER IF NOT EXISTS ${identity}`)
  await query(`ALTER USER ${identity}`)
  const wanted = databases.map(grantedOn)
  const granted = await query(`SELECT Db AS pattern FROM mysql.db WHERE User = ${quoted(name)} AND Host = '%'`)
  for (const { pattern } of granted) {
    const on = grantedOnPattern(pattern ?? '')
    if (!wanted.includes(on)) await query(`REVOKE ALL PRIVILEGES ON ${on} FROM ${user}`)
  }
  for (const on of wanted) await query(`GRANT ALL PRIVILEGES ON ${on} TO ${user}`)
}

/** As it is kept: with what stands for itself escaped already. */
const grantedOnPattern = (pattern: string): string => `\`${pattern.replaceAll('`', '``')}\`.*`
