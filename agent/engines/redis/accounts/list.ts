import { rootUser } from '../../../../domain/values/root-user.ts'
import type { EngineInstance, FoundAccounts } from '../../engine.ts'
import { withAdministration } from '../session.ts'
import { adminUser, monitorUser } from './own-users.ts'

const own = ['default', adminUser, monitorUser, rootUser]

/** Throws `EngineFault` (`ENGINE_UNREACHABLE`, `ENGINE_REFUSED`). */
export const list = (instance: EngineInstance, signal: AbortSignal): Promise<FoundAccounts> =>
  withAdministration(instance, signal, async (ask) => {
    const told = await ask('ACL', 'USERS')
    const users = Array.isArray(told) ? told.map(String) : []
    return { databases: [], users: users.filter((name) => !own.includes(name)) }
  })
