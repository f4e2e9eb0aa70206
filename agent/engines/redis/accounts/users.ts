import { redis } from '../../../../domain/engines/redis.ts'
import { assertName } from '../../assert-name.ts'
import type { EngineInstance, UserWish } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import { withAdministration } from '../session.ts'
import { hashOf } from './own-users.ts'

/**
 * All keys and channels, and every command but those that administer the server or end its life: its configuration, users and replication are the
 * agent's. What is dangerous to the user's own data alone stays his.
 */
const rights = [
  ...['allkeys', 'allchannels', '+@all', '-@admin', '-@dangerous'],
  ...['+info', '+keys', '+sort', '+sort_ro', '+flushdb', '+flushall', '+swapdb', '+restore', '+role', '+lastsave'],
  ...['+client|list', '+client|info'],
]

/**
 * Makes each user exist with this password, and keeps them across restarts. Throws `EngineFault`: `INVALID_NAME`, `RESERVED_NAME`,
 * `USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const ensureUsers = async (
  instance: EngineInstance,
  wishes: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  // A name with a space would be a rule here.
  for (const { name } of wishes) assertName(redis.userName, name)
  if (wishes.length === 0) return
  await withAdministration(instance, signal, async (ask) => {
    for (const { name, password } of wishes) {
      await ask('ACL', 'SETUSER', name, 'reset', 'on', `#${hashOf(password)}`, ...rights).catch((error: unknown) => {
        signal.throwIfAborted()
        throw toEngineFault(error, `create user "${name}"`, 'USER_REFUSED')
      })
    }
    await ask('ACL', 'SAVE').catch((error: unknown) => {
      signal.throwIfAborted()
      throw toEngineFault(error, 'keep the users', 'USER_REFUSED')
    })
  })
}
