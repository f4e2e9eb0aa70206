import { EngineFault, type EngineInstance, type PasswordWish, type UserWish } from '../../engine.ts'
import type { Query } from '../protocol/connection.ts'
import { nativeHash } from '../protocol/native-password.ts'
import { endSessions } from '../room/end-sessions.ts'
import { account, grantedOn, patternOf, quoted } from '../sql.ts'
import { assertDatabaseExists, giveAccess, revokeOn } from './access.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { findUsers, requireUsers } from './found-users.ts'
import { identifiedBy } from './identified-by.ts'
import { assertDatabaseName, assertUserName } from './names.ts'

/**
 * Makes each user exist with this password, for the network with TLS alone, and with this access to exactly these databases. Throws `EngineFault`: `INVALID_NAME`,
 * `RESERVED_NAME`, `USER_EXISTS`, `DATABASE_MISSING`, `USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const ensureUsers = async (
  instance: EngineInstance,
  wishes: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  for (const { name, databases } of wishes) {
    assertUserName(name)
    databases.forEach(assertDatabaseName)
  }
  const refusal: Refusal<UserWish> = { code: 'USER_REFUSED', doing: ({ name }) => `create user "${name}"` }
  await forEachWish(instance, wishes, signal, refusal, ensureUser)
}

const ensureUser = async (query: Query, wish: UserWish): Promise<void> => {
  const { name, password, databases, level = 'all', host, isNew = false } = wish
  for (const database of databases) await assertDatabaseExists(query, database, name)
  const hash = nativeHash(password)
  const others = isNew ? (await findUsers(query, name)).filter(({ hashes }) => !hashes.includes(hash)) : []
  if (others.length > 0) throw new EngineFault('USER_EXISTS', `User "${name}" was made in SQL`)
  const at = { user: name, host: patternOf(host) }
  const identity = `${account(at)} ${identifiedBy([hash])}`
  await query(`CREATE USER IF NOT EXISTS ${identity}`)
  await query(`ALTER USER ${identity}`)
  const granted = await query(
    `SELECT Db AS pattern FROM mysql.db WHERE User = ${quoted(name)} AND Host = ${quoted(at.host)}`,
  )
  const wanted = databases.map(grantedOn)
  for (const { pattern } of granted) {
    const on = grantedOnPattern(pattern ?? '')
    if (level !== 'all' || !wanted.includes(on)) await revokeOn(query, at, on)
  }
  for (const database of databases) await giveAccess(query, at, database, level)
}

/** As it is kept: with what stands for itself escaped already. */
const grantedOnPattern = (pattern: string): string => `\`${pattern.replaceAll('`', '``')}\`.*`

/** Throws `EngineFault` (`INVALID_NAME`, `RESERVED_NAME`, `USER_REFUSED`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`). */
export const dropUsers = async (
  instance: EngineInstance,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> => {
  for (const name of names) assertUserName(name)
  const refusal: Refusal<string> = { code: 'USER_REFUSED', doing: (name) => `delete user "${name}"` }
  await forEachWish(instance, names, signal, refusal, async (query, name) => {
    for (const found of await findUsers(query, name)) await query(`DROP USER IF EXISTS ${account(found)}`)
    // Afterwards, so that nobody comes back.
    await endSessions(query, { of: name })
  })
}

/** Throws `EngineFault` (`USER_MISSING`, `USER_REFUSED`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`). */
export const setPasswords = async (
  instance: EngineInstance,
  wishes: readonly PasswordWish[],
  signal: AbortSignal,
): Promise<void> => {
  for (const { name } of wishes) assertUserName(name)
  const refusal: Refusal<PasswordWish> = {
    code: 'USER_REFUSED',
    doing: ({ name }) => `change the password of user "${name}"`,
  }
  await forEachWish(instance, wishes, signal, refusal, async (query, { name, password, keepsFormer }) => {
    const hash = nativeHash(password)
    for (const found of await requireUsers(query, name)) {
      // A repeat finds both.
      const former = keepsFormer ? found.hashes.filter((one) => one !== hash).slice(0, 1) : []
      await query(`ALTER USER ${account(found)} ${identifiedBy([hash, ...former])}`)
    }
  })
}
