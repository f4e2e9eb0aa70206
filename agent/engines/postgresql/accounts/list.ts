import { rootUser } from '../../../../domain/values/root-user.ts'
import type { EngineInstance, FoundAccounts } from '../../engine.ts'
import { withAdministration } from '../session.ts'
import { isReservedDatabase, isReservedRole } from './roles.ts'

/** Users are the roles that may log in. Throws `EngineFault` (`ENGINE_UNREACHABLE`, `ENGINE_REFUSED`). */
export const list = (instance: EngineInstance, signal: AbortSignal): Promise<FoundAccounts> =>
  withAdministration(instance, 'postgres', signal, async (query) => {
    const databases = await query('SELECT datname AS name FROM pg_database')
    const users = await query('SELECT rolname AS name FROM pg_roles WHERE rolcanlogin')
    return {
      databases: databases.map(({ name }) => String(name)).filter((name) => !isReservedDatabase(name)),
      users: users.map(({ name }) => String(name)).filter((name) => !isReservedRole(name) && name !== rootUser),
    }
  })
