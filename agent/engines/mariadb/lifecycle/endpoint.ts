import type { EngineFault, EngineInstance, UserWish } from '../../engine.ts'
import { monitorAccount, monitorUser } from '../accounts/own-users.ts'
import { toEngineFault } from '../faults.ts'
import { nativeHash } from '../protocol/native-password.ts'
import { withAdministration, withClient } from '../session.ts'
import { account, quoted } from '../sql.ts'

/**
 * Connects as clients do, over the network with TLS verified against the instance's CA and the address, and queries: as the monitor account, and as
 * each user in each of the databases named for it. Throws `EngineFault`: `ENDPOINT_NOT_VERIFIED` when a login or query is refused,
 * `ENDPOINT_NOT_TRUSTED` for a certificate of another name or CA, and `ENGINE_FULL`, `ENGINE_NOT_READY` or `ENGINE_UNREACHABLE` for what may pass.
 */
export const verifyEndpoint = async (
  instance: EngineInstance,
  users: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  try {
    await ensureMonitor(instance, signal)
    await checkEndpoint(instance, signal)
    for (const { name: user, password, databases } of users) {
      for (const database of databases.length === 0 ? [null] : databases) {
        await withClient(instance, { user, password, database }, signal, (query) => query('SELECT 1'))
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    throw notVerified(error)
  }
}

/** Written only where it differs: also on a full volume, nothing needs to be. */
const ensureMonitor = (instance: EngineInstance, signal: AbortSignal): Promise<void> =>
  withAdministration(instance, signal, async (query) => {
    const hash = nativeHash(instance.monitorPassword)
    const [present] = await query(
      `SELECT JSON_VALUE(Priv, '$.authentication_string') AS hash FROM mysql.global_priv
       WHERE User = ${quoted(monitorUser)} AND Host = '%'`,
    )
    if (present?.hash === hash) return
    const identity = `${account(monitorAccount)} IDENTIFIED BY PASSWORD '${hash}' REQUIRE SSL`
    await query(`CREATE USER IF NOT EXISTS ${identity}`)
    await query(`ALTER USER ${identity}`)
  })

export const checkEndpoint = async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
  try {
    const login = { user: monitorUser, password: instance.monitorPassword, database: null }
    await withClient(instance, login, signal, (query) => query('SELECT 1'))
  } catch (error) {
    signal.throwIfAborted()
    throw notVerified(error)
  }
}

const notVerified = (error: unknown): EngineFault =>
  toEngineFault(error, 'query over the endpoint', 'ENDPOINT_NOT_VERIFIED')
