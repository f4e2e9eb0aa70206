import type { EngineFault, EngineInstance, UserWish } from '../../engine.ts'
import { monitorRules, monitorUser } from '../accounts/own-users.ts'
import { toEngineFault } from '../faults.ts'
import { withAdministration, withClient } from '../session.ts'

/**
 * Connects as clients do, over the network with TLS verified against the instance's CA and the address, and asks: as the monitor account, and as each
 * user. Throws `EngineFault`: `ENDPOINT_NOT_VERIFIED` when a login or question is refused, `ENDPOINT_NOT_TRUSTED` for a certificate of another
 * name or CA, and `ENGINE_FULL`, `ENGINE_NOT_READY` or `ENGINE_UNREACHABLE` for what may pass.
 */
export const verifyEndpoint = async (
  instance: EngineInstance,
  users: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  try {
    await withAdministration(instance, signal, async (ask) => {
      await ask('ACL', 'SETUSER', monitorUser, ...monitorRules(instance))
      await ask('ACL', 'SAVE')
    })
    await checkEndpoint(instance, signal)
    // A login is the proof: a user may be one who can read nothing.
    for (const { name: user, password } of users) {
      await withClient(instance, { user, password }, signal, () => Promise.resolve())
    }
  } catch (error) {
    signal.throwIfAborted()
    throw notVerified(error)
  }
}

/** Not `PING`, which Redis refuses while it cannot write to its volume. */
export const checkEndpoint = async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
  try {
    const login = { user: monitorUser, password: instance.monitorPassword }
    await withClient(instance, login, signal, (ask) => ask('ECHO', 'coffer'))
  } catch (error) {
    signal.throwIfAborted()
    throw notVerified(error)
  }
}

const notVerified = (error: unknown): EngineFault =>
  toEngineFault(error, 'ask over the endpoint', 'ENDPOINT_NOT_VERIFIED')
