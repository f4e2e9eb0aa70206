import { redis } from '../../../../domain/engines/redis.ts'
import type { AccessLevel } from '../../../../domain/values/access-levels.ts'
import { rootUser } from '../../../../domain/values/root-user.ts'
import { assertName } from '../../assert-name.ts'
import { type AccessWish, EngineFault, type EngineInstance, type PasswordWish, type UserWish } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import type { Reply } from '../reply.ts'
import { type Ask, withAdministration } from '../session.ts'
import { hashOf } from './own-users.ts'

/** What looks at the server and changes nothing of it, though Redis calls it dangerous. */
const looks = ['+info', '+keys', '+sort_ro', '+role', '+lastsave', '+client|list', '+client|info']

/**
 * Of every level: no command that administers the server or ends its life. Its configuration, users and replication are the agent's. What is dangerous to the
 * user's own data alone is of who may do all.
 */
const rights: Readonly<Record<AccessLevel | 'none', readonly string[]>> = {
  none: ['resetkeys', 'resetchannels', '-@all'],
  // Scripts and functions do what whoever calls them may do. Publishing changes what others do.
  read: [
    'resetkeys',
    '%R~*',
    'allchannels',
    '-@all',
    '+@all',
    '-@write',
    '-@admin',
    '-@dangerous',
    ...looks,
    '-publish',
    '-spublish',
  ],
  write: [
    'allkeys',
    'allchannels',
    '-@all',
    '+@all',
    '-@admin',
    '-@dangerous',
    ...looks,
    '+sort',
    '+restore',
    '-function',
  ],
  all: [
    ...['allkeys', 'allchannels', '-@all', '+@all', '-@admin', '-@dangerous', ...looks],
    ...['+sort', '+restore', '+flushdb', '+flushall', '+swapdb'],
  ],
}

/** How the engine does, and who is connected. What it is told, who its users are, and whom it copies from stay the agent's. */
const rootRights = [
  ...rights.all,
  ...['+config|get', '+config|resetstat', '+slowlog', '+latency', '+monitor', '+client|kill', '+client|no-evict'],
]

/**
 * Makes each user exist with this password and access to the whole engine, and keeps them across restarts. Throws `EngineFault`: `INVALID_NAME`, `RESERVED_NAME`,
 * `USER_EXISTS`, `FEATURE_NOT_AVAILABLE`, `USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const ensureUsers = (
  instance: EngineInstance,
  wishes: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> =>
  forEachUser(instance, wishes, signal, 'create', async (ask, { name, password, level = 'all', isNew = false }) => {
    const hash = hashOf(password)
    const present = isNew ? await passwordsOf(ask, name) : null
    if (present !== null && !present.includes(hash))
      throw new EngineFault('USER_EXISTS', `User "${name}" exists already`)
    await ask('ACL', 'SETUSER', name, 'reset', 'on', `#${hash}`, ...rights[level])
  })

/** Their connections end as well. Throws `EngineFault` (`USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`). */
export const dropUsers = (instance: EngineInstance, names: readonly string[], signal: AbortSignal): Promise<void> => {
  const wishes = names.map((name) => ({ name }))
  return forEachUser(instance, wishes, signal, 'delete', async (ask, { name }) => {
    await ask('ACL', 'DELUSER', name)
  })
}

/** A user may have several passwords. Throws `EngineFault` (`USER_MISSING`, `USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`). */
export const setPasswords = (
  instance: EngineInstance,
  wishes: readonly PasswordWish[],
  signal: AbortSignal,
): Promise<void> =>
  forEachUser(instance, wishes, signal, 'change the password of', async (ask, { name, password, keepsFormer }) => {
    const hash = hashOf(password)
    // Redis lists them as they were given, the newest last. A repeat finds both.
    const former = (await requirePasswords(ask, name)).filter((one) => one !== hash).slice(-1)
    const kept = keepsFormer ? former : []
    await ask('ACL', 'SETUSER', name, 'resetpass', ...[...kept, hash].map((one) => `#${one}`))
  })

/** In the whole engine, as its databases have no names. Throws `EngineFault` as `setPasswords`, and `FEATURE_NOT_AVAILABLE`. */
export const setAccess = (
  instance: EngineInstance,
  wishes: readonly AccessWish[],
  signal: AbortSignal,
): Promise<void> => {
  if (wishes.some(({ database }) => database !== null))
    throw new EngineFault('FEATURE_NOT_AVAILABLE', 'Redis gives access to all of its databases alike')
  const changes = wishes.map(({ user, level }) => ({ name: user, level }))
  return forEachUser(instance, changes, signal, 'change the access of', async (ask, { name, level }) => {
    await requirePasswords(ask, name)
    await ask('ACL', 'SETUSER', name, ...rights[level ?? 'none'])
  })
}

type Named = { readonly name: string }

/**
 * With a password: the root user may do all in every database, and see how the engine does. Null: it does not exist, and its connections end. Nobody else can make one.
 * Throws `EngineFault` (`USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`).
 */
export const setRoot = (instance: EngineInstance, password: string | null, signal: AbortSignal): Promise<void> => {
  const verb = password === null ? 'disable' : 'enable'
  return changeUsers(instance, [{ name: rootUser }], signal, verb, async (ask, { name }) => {
    if (password === null) await ask('ACL', 'DELUSER', name)
    else await ask('ACL', 'SETUSER', name, 'reset', 'on', `#${hashOf(password)}`, ...rootRights)
  })
}

/** One after the other; then they are on the disk. */
const forEachUser = async <Wish extends Named>(
  instance: EngineInstance,
  wishes: readonly Wish[],
  signal: AbortSignal,
  verb: string,
  work: (ask: Ask, wish: Wish) => Promise<void>,
): Promise<void> => {
  // A name with a space would be a rule here.
  for (const { name } of wishes) assertName(redis.userName, name)
  if (wishes.length > 0) await changeUsers(instance, wishes, signal, verb, work)
}

const changeUsers = async <Wish extends Named>(
  instance: EngineInstance,
  wishes: readonly Wish[],
  signal: AbortSignal,
  verb: string,
  work: (ask: Ask, wish: Wish) => Promise<void>,
): Promise<void> => {
  await withAdministration(instance, signal, async (ask) => {
    for (const wish of wishes) {
      await work(ask, wish).catch((error: unknown) => {
        signal.throwIfAborted()
        throw toEngineFault(error, `${verb} user "${wish.name}"`, 'USER_REFUSED')
      })
    }
    await ask('ACL', 'SAVE').catch((error: unknown) => {
      signal.throwIfAborted()
      throw toEngineFault(error, 'keep the users', 'USER_REFUSED')
    })
  })
}

/** Hashed; null where there is no such user. */
const passwordsOf = async (ask: Ask, name: string): Promise<readonly string[] | null> => {
  const told = await ask('ACL', 'GETUSER', name)
  if (!isList(told)) return null
  const passwords = told[told.indexOf('passwords') + 1]
  return isList(passwords) ? passwords.map(String) : []
}

const isList = (reply: Reply | undefined): reply is readonly Reply[] => Array.isArray(reply)

const requirePasswords = async (ask: Ask, name: string): Promise<readonly string[]> => {
  const passwords = await passwordsOf(ask, name)
  if (passwords === null) throw new EngineFault('USER_MISSING', `Redis has no user "${name}" any more`)
  return passwords
}
