import { readFile } from 'node:fs/promises'
import { escapeLiteral } from 'pg'
import type { EngineInstance, UserWish } from '../engine.ts'
import { hasCode, toEngineFault } from './faults.ts'
import { monitorRole } from './roles.ts'
import { createScramVerifier, matchesScramVerifier } from './scram.ts'
import { lockAccounts, type Target, withAdministration, withSession } from './session.ts'

/**
 * Connects as clients do, over the network with TLS verified against the instance's CA and the address, and queries: as
 * the monitor account, and as each user in each of the databases named for it. Throws `EngineFault`:
 * `ENDPOINT_NOT_VERIFIED` when a login or query is refused, `ENGINE_UNREACHABLE` when no trusted connection comes
 * about.
 */
export const verifyEndpoint = async (
  instance: EngineInstance,
  users: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  try {
    await ensureMonitor(instance, signal)
    const ca = await readFile(instance.tls.ca, 'utf8')
    const endpoint = { host: reachable(instance.listen.address), port: instance.listen.port, ca }
    const monitor = { ...endpoint, user: monitorRole, password: instance.monitorPassword, database: 'postgres' }
    const checks = [() => canQuery(monitor, signal), ...users.flatMap((user) => checksOf(endpoint, user, signal))]
    while (checks.length > 0) await Promise.all(checks.splice(0, checksAtOnce).map((check) => check()))
  } catch (error) {
    signal.throwIfAborted()
    throw toEngineFault(error, 'query over the endpoint', 'ENDPOINT_NOT_VERIFIED')
  }
}

/** Together quicker than one by one, and few enough to leave clients their connections. */
const checksAtOnce = 4

const checksOf = (
  endpoint: Pick<Target, 'host' | 'port' | 'ca'>,
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
 * back.
 */
const ensureMonitor = (instance: EngineInstance, signal: AbortSignal): Promise<void> =>
  withAdministration(instance, 'postgres', signal, async (query) => {
    await lockAccounts(query)
    const [present] = await query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [monitorRole])
    if (await matchesScramVerifier(instance.monitorPassword, String(present?.rolpassword))) return
    const verifier = await createScramVerifier(instance.monitorPassword)
    await query(
      `${present === undefined ? 'CREATE' : 'ALTER'} ROLE ${monitorRole} LOGIN PASSWORD ${escapeLiteral(verifier)};
       GRANT CONNECT ON DATABASE postgres TO ${monitorRole}`,
    )
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

/** An engine that listens on every address is asked on the loopback one. */
const reachable = (address: string): string => {
  if (address === '::') return '::1'
  return address === '0.0.0.0' || address === '*' ? '127.0.0.1' : address
}
