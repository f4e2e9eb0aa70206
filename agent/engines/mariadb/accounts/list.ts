import { rootUser } from '../../../../domain/values/root-user.ts'
import type { EngineInstance, FoundAccounts } from '../../engine.ts'
import { withAdministration } from '../session.ts'
import { adminUser, monitorUser } from './own-users.ts'

const ownDatabases = ['information_schema', 'mysql', 'performance_schema', 'sys']

/** A user of several addresses is one. Throws `EngineFault` (`ENGINE_UNREACHABLE`, `ENGINE_REFUSED`). */
export const list = (instance: EngineInstance, signal: AbortSignal): Promise<FoundAccounts> =>
  withAdministration(instance, signal, async (query) => {
    const databases = await query('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA')
    const users = await query("SELECT DISTINCT User AS name FROM mysql.user WHERE is_role = 'N'")
    const ownUsers = [rootUser, 'mariadb.sys', 'mysql', monitorUser, adminUser(instance.owner), '']
    return {
      databases: databases.map(({ name }) => name ?? '').filter((name) => !ownDatabases.includes(name)),
      users: users.map(({ name }) => name ?? '').filter((name) => !ownUsers.includes(name)),
    }
  })
