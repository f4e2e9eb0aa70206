import { escapeIdentifier, escapeLiteral } from 'pg'
import { rootUser } from '../../../../domain/values/root-user.ts'
import { EngineFault, type EngineInstance } from '../../engine.ts'
import type { Query } from '../session.ts'
import { majorOf } from '../version.ts'
import { dropUser } from './drop-users.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { isForeignRole, rootMemberships, userAttributes } from './rights.ts'
import { ownerRolePrefix, rootRole } from './roles.ts'
import { createScramVerifier } from './scram.ts'
import { assertUsablePassword } from './users.ts'

/**
 * With a password: the root user logs in by it, and may do what the users of every database may, see and end all sessions, and replicate. It is no superuser,
 * who would read and write files and run programs on the host. It acts as itself, so what it makes belongs to it. Null: it does not exist, nor sessions of it, and
 * what it made belongs to the owner role of the database. Throws `EngineFault`: `PASSWORD_REFUSED`, `USER_EXISTS`, `USER_REFUSED`, `DISK_FULL`,
 * `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const setRoot = async (
  instance: EngineInstance,
  password: string | null,
  signal: AbortSignal,
): Promise<void> => {
  if (password !== null) assertUsablePassword(rootUser, password)
  const verifier = password === null ? null : await createScramVerifier(password)
  const verb = verifier === null ? 'disable' : 'enable'
  const refusal: Refusal<string> = { code: 'USER_REFUSED', doing: (name) => `${verb} user "${name}"` }
  await forEachWish(instance, [rootUser], signal, refusal, async (query) => {
    const state = await rootState(query)
    if (verifier !== null) return ensureRoot(query, instance.installation.version, state, verifier)
    if (state !== 'ours') return
    await dropUser(instance, query, rootUser, signal)
    await dropUser(instance, query, rootRole, signal)
  })
}

/** The root user is known by its group, of which nobody else is made a member. */
const rootState = async (query: Query): Promise<'absent' | 'ours' | 'foreign'> => {
  const found = await query(
    `SELECT EXISTS (SELECT FROM pg_auth_members JOIN pg_roles granted ON granted.oid = roleid
       WHERE member = pg_roles.oid AND granted.rolname = $2) AS ours
     FROM pg_roles WHERE rolname = $1`,
    [rootUser, rootRole],
  )
  if (await isForeignRole(query, rootRole)) {
    throw new EngineFault('USER_EXISTS', `Role "${rootRole}" was made in SQL and stands in the way: drop it first`)
  }
  const [present] = found
  if (present === undefined) return 'absent'
  return present.ours === true ? 'ours' : 'foreign'
}

const ensureRoot = async (query: Query, version: string, state: string, verifier: string): Promise<void> => {
  if (state === 'foreign') throw new EngineFault('USER_EXISTS', `User "${rootUser}" was made in SQL: drop it first`)
  const group = escapeIdentifier(rootRole)
  const known = await query('SELECT FROM pg_roles WHERE rolname = $1', [rootRole])
  const owners = await query(
    'SELECT DISTINCT rolname AS name FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE starts_with(rolname, $1)',
    [ownerRolePrefix],
  )
  const granted = [...rootMemberships(version), ...owners.map(({ name }) => escapeIdentifier(String(name)))]
  const verb = state === 'absent' ? 'CREATE' : 'ALTER'
  const attributes = `LOGIN ${userAttributes(version)} REPLICATION PASSWORD ${escapeLiteral(verifier)}`
  // One query string is one transaction: nobody sees a root user with less, or a group of nobody.
  await query(
    [
      ...(known.length === 0 ? [`CREATE ROLE ${group} NOLOGIN`] : []),
      `GRANT ${granted.join(', ')} TO ${group}`,
      `${verb} ROLE ${rootUser} ${attributes}`,
      // Nothing comes to belong to the group.
      `GRANT ${group} TO ${rootUser}${majorOf(version) >= 16 ? ' WITH INHERIT TRUE, SET FALSE' : ''}`,
    ].join(';\n'),
  )
}
