import { rootUser } from '../../../../domain/values/root-user.ts'
import type { EngineInstance } from '../../engine.ts'
import { nativeHash } from '../protocol/native-password.ts'
import { endSessions } from '../room/end-sessions.ts'
import { account } from '../sql.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { identifiedBy } from './identified-by.ts'

/** Not the agent's, which comes in over the socket and may have the same name. */
const root = account({ user: rootUser, host: '%' })

/**
 * Most global privileges would take the engine from the agent. SUPER and its parts change how it runs. CREATE USER and SET USER lead to the agent's own account. FILE
 * reads the host. RELOAD locks everybody out, and CONNECTION ADMIN takes the agent's reserved connection. These only look.
 */
const globally = 'PROCESS, SHOW DATABASES, BINLOG MONITOR, SLAVE MONITOR'

/** Of tables that MariaDB keeps, those that tools read. None has a password. */
const readable = ['proc', 'event', 'func', 'time_zone', 'time_zone_name', 'time_zone_transition']

/**
 * What is granted by the name of a database goes before what is granted by a pattern (MariaDB documentation, "GRANT", database privileges): so all of MariaDB's own is left out of
 * "every database".
 */
const grants = [
  `GRANT ${globally} ON *.* TO ${root}`,
  `GRANT ALL PRIVILEGES ON \`%\`.* TO ${root} WITH GRANT OPTION`,
  `GRANT SHOW VIEW ON mysql.* TO ${root}`,
  `GRANT SELECT, EXECUTE, SHOW VIEW ON sys.* TO ${root}`,
  ...readable.map((table) => `GRANT SELECT ON mysql.${table} TO ${root}`),
]

/**
 * With a password: the root user may do all in every database, those that come later as well, and give that to users. Null: it does not exist, nor sessions of it. Nobody
 * else can make one in SQL. Throws `EngineFault`: `USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const setRoot = (instance: EngineInstance, password: string | null, signal: AbortSignal): Promise<void> => {
  const verb = password === null ? 'disable' : 'enable'
  const refusal: Refusal<string> = { code: 'USER_REFUSED', doing: (name) => `${verb} user "${name}"` }
  return forEachWish(instance, [rootUser], signal, refusal, async (query) => {
    if (password === null) {
      await query(`DROP USER IF EXISTS ${root}`)
      // Afterwards, so that nobody comes back.
      return endSessions(query, { of: rootUser })
    }
    const identity = `${root} ${identifiedBy([nativeHash(password)])}`
    await query(`CREATE USER IF NOT EXISTS ${identity}`)
    // What an earlier version of Coffer gave goes.
    await query(`REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${root}`)
    for (const grant of grants) await query(grant)
    await query(`ALTER USER ${identity}`)
  })
}
