import { z } from 'zod'
import { EngineFault } from '../../engine.ts'
import type { Query } from '../protocol/connection.ts'
import { quoted } from '../sql.ts'

/** MariaDB knows a user by name and pattern of addresses. `hashes`: of the passwords by which it may log in, the newest first. */
export type FoundUser = { readonly user: string; readonly host: string; readonly hashes: readonly string[] }

/** What MariaDB keeps of a user (`mysql.global_priv`): the first way to log in, and under `auth_or` all of them where there are several, with an empty one for the first. */
const login = z.object({ authentication_string: z.string().optional() })
const kept = login.extend({ auth_or: z.array(login).optional() })

/** All that have this name, wherever they may come from. */
export const findUsers = async (query: Query, name: string): Promise<readonly FoundUser[]> => {
  const rows = await query(`SELECT Host AS host, Priv AS priv FROM mysql.global_priv WHERE User = ${quoted(name)}`)
  return rows.map(({ host, priv }) => ({ user: name, host: host ?? '', hashes: hashesIn(priv ?? '{}') }))
}

/** As `findUsers`. Throws `EngineFault` (`USER_MISSING`) where there is none. */
export const requireUsers = async (query: Query, name: string): Promise<readonly FoundUser[]> => {
  const found = await findUsers(query, name)
  if (found.length === 0) throw new EngineFault('USER_MISSING', `MariaDB has no user "${name}" any more`)
  return found
}

const hashesIn = (json: string): readonly string[] => {
  const { authentication_string, auth_or = [] } = kept.parse(JSON.parse(json))
  const all = [authentication_string, ...auth_or.map((one) => one.authentication_string)]
  return [...new Set(all.filter((hash) => hash !== undefined))]
}
