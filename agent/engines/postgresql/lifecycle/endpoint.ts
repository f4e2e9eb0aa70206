import { readFile } from 'node:fs/promises'
import { escapeLiteral } from 'pg'
import { hasReservedSlots } from '../../../../domain/engines/postgresql-settings.ts'
import type { EngineFault, EngineInstance, UserWish } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import { reachable } from '../../reachable.ts'
import { monitorRole, slotsRole } from '../accounts/roles.ts'
import { createScramVerifier, matchesScramVerifier } from '../accounts/scram.ts'
import { toEngineFault } from '../faults.ts'
import { lockAccounts, type Target, withAdministration, withSession } from '../session.ts'

/**
 * Connects as clients do, over the network with TLS verified against the instance's CA and the address, and queries: as
 * the monitor account, and as each user in each of the databases named for it. Throws `EngineFault`:
 * `ENDPOINT_NOT_VERIFIED` when a login or query is refused, `ENDPOINT_NOT_TRUSTED` for a certificate of another name or
 * CA, and `ENGINE_FULL`, `ENGINE_SLOTS_TAKEN`, `ENGINE_NOT_READY` or `ENGINE_UNREACHABLE` for what may pass.
 */
export const verifyEndpoint = async (
  instance: EngineInstance,
  users: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  try {
    await ensureMonitor(instance, signal)
    const endpoint = await endpointOf(instance)
    const checks = [() => checkEndpoint(instance, signal), ...users.flatMap((user) => checksOf(endpoint, user, signal))]
    while (checks.length > 0) await Promise.all(checks.splice(0, checksAtOnce).map((check) => check()))
  } catch (error) {
    signal.throwIfAborted()
    throw notVerified(error)
  }
}

/** Together quicker than one by one, and few enough to leave clients their connections. */
const checksAtOnce = 4

const checksOf = (
  endpoint: Endpoint,
  { name: user, password, databases }: UserWish,
  signal: AbortSignal,
): (() => Promise<void>)[] => {
  const login = { ...endpoint, user, password }
  return databases.length === 0
    ? [() => canLogIn({ ...login, database: 'postgres' }, signal)]
    : databases.map((database) => () => canQuery({ ...login, database }, signal))
}

/**
 * The template brings the account without a password; it is set once, and again when it was changed behind the agent's
 * back. From PostgreSQL 16 on, the account may use the connection slots that are kept for it.
 */
const ensureMonitor = (instance: EngineInstance, signal: AbortSignal): Promise<void> =>
  withAdministration(instance, 'postgres', signal, async (query) => {
    await lockAccounts(query)
    const reserving = hasReservedSlots(instance.installation.version)
    const [present] = await query(
      `SELECT rolpassword, EXISTS (
         SELECT FROM pg_auth_members JOIN pg_roles granted ON granted.oid = roleid
         WHERE member = pg_authid.oid AND granted.rolname = $2
       ) AS "hasSlots" FROM pg_authid WHERE rolname = $1`,
      [monitorRole, slotsRole],
    )
    const passwordFits = await matchesScramVerifier(instance.monitorPassword, String(present?.rolpassword))
    if (passwordFits && (present?.hasSlots === true || !reserving)) return
    const verifier = await createScramVerifier(instance.monitorPassword)
    await query(
      [
        `${present === undefined ? 'CREATE' : 'ALTER'} ROLE ${monitorRole} LOGIN PASSWORD ${escapeLiteral(verifier)}`,
        `GRANT CONNECT ON DATABASE postgres TO ${monitorRole}`,
        ...(reserving ? [`GRANT ${slotsRole} TO ${monitorRole}`] : []),
      ].join(';\n'),
    )
  })

/**
 * A query over the endpoint as the monitor account. The engine checks for slots after the password: a monitor that gets
 * none has logged in, and that is enough, as no slot can be kept for it before PostgreSQL 16.
 */
export const checkEndpoint = async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
  const login = { user: monitorRole, password: instance.monitorPassword, database: 'postgres' }
  await canQuery({ ...(await endpointOf(instance)), ...login }, signal).catch((error) => {
    signal.throwIfAborted()
    if (!hasCode(error, 'ENGINE_SLOTS_TAKEN')) throw notVerified(error)
  })
}

const notVerified = (error: unknown): EngineFault =>
  toEngineFault(error, 'query over the endpoint', 'ENDPOINT_NOT_VERIFIED')

type Endpoint = Pick<Target, 'host' | 'port' | 'ca' | 'name'>

/** Reached on this host, and named as clients know it. */
const endpointOf = async ({ listen, publishedAs, tls }: EngineInstance): Promise<Endpoint> => ({
  host: reachable(listen.address),
  port: listen.port,
  ca: await readFile(tls.ca, 'utf8'),
  name: publishedAs,
})

const canQuery = (target: Target, signal: AbortSignal): Promise<void> =>
  withSession(target, signal, async (query) => {
    await query('SELECT 1')
  })

/**
 * A user without databases can be asked for the password only: the engine checks it before it refuses the database
 * (SQLSTATE 42501).
 */
const canLogIn = (target: Target, signal: AbortSignal): Promise<void> =>
  canQuery(target, signal).catch((error) => {
    if (!hasCode(error, '42501')) throw error
  })
