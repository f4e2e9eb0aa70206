import { readFileSync } from 'node:fs'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Timers } from '../../kernel/timers.ts'
import { CommandFailed, type Run } from '../run.ts'

export type Account = { readonly user: string; readonly uid: number; readonly gid: number }

export type UnixUsersDeps = Pick<Kernel, 'timers'> & { readonly run: Run }

export type UnixUsers = ReturnType<typeof createUnixUsers>

/** Ids of users and groups, both ends included. */
export type IdRange = { readonly first: number; readonly last: number }

const argsFor = ({ first, last }: IdRange): readonly string[] => [
  ...['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'],
  ...['UID', 'GID'].flatMap((id) => [...['--key', `SYS_${id}_MIN=${first}`], ...['--key', `SYS_${id}_MAX=${last}`]]),
]
/** `useradd` and its like: the account or its group is there already; in use by a process. */
const exitCodes = { exists: 9, inUse: 8 }
const lockRetryMs = 50

/** The system's accounts with ids of this range, made and removed with its own tools, one at a time: they lock one file. */
export const createUnixUsers = ({ run, timers }: UnixUsersDeps, ids: IdRange) => {
  const fixedArgs = argsFor(ids)
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work)
    last = turn.catch(() => {})
    return turn
  }

  const useradd = (args: readonly string[], signal: AbortSignal) =>
    retryLocked(timers, () => run('useradd', [...fixedArgs, ...args], signal), signal)

  const add = async (user: string, signal: AbortSignal): Promise<Account> => {
    try {
      await useradd([user], signal)
    } catch (error) {
      if (!(error instanceof CommandFailed) || error.exitCode !== exitCodes.exists) throw error
      // Either the whole account is there, or only its group: what an interrupted removal leaves.
      if (!findAccount(user)) {
        await retryLocked(timers, () => run('groupdel', [user], signal), signal)
        await useradd([user], signal)
      }
    }
    const account = findAccount(user)
    if (!account) throw new Error(`useradd made ${user}, but /etc/passwd does not have it`)
    return account
  }

  const remove = async (user: string, signal: AbortSignal): Promise<void> => {
    await untilGone(
      timers,
      () => findAccount(user) !== null,
      () => run('userdel', [user], signal),
      signal,
    )
    await untilGone(
      timers,
      () => hasGroup(user),
      () => run('groupdel', [user], signal),
      signal,
    )
  }

  return {
    /** The account of this name, made if there is none. Waits for the lock of the password file as long as the signal allows. */
    ensure: async (user: string, signal: AbortSignal): Promise<Account> =>
      findAccount(user) ?? inTurn(() => add(user, signal)),
    /** The account has this id again. Throws when it is somebody else's by now. */
    restore: async ({ user, uid }: Pick<Account, 'user' | 'uid'>, signal: AbortSignal): Promise<void> => {
      if (isAccount({ user, uid })) return
      await inTurn(() => useradd(['--uid', String(uid), user], signal))
    },
    /** Removes account and group; what is not there is fine. No process of the account may run any more. */
    remove: (user: string, signal: AbortSignal): Promise<void> =>
      findAccount(user) || hasGroup(user) ? inTurn(() => remove(user, signal)) : Promise.resolve(),
  }
}

export const findAccount = (user: string): Account | null => {
  const entry = findEntry('/etc/passwd', user)
  return entry ? { user, uid: Number(entry[2]), gid: Number(entry[3]) } : null
}

/** Whether the id still belongs to this name: that of an account which was removed is soon given to another. */
export const isAccount = ({ user, uid }: Pick<Account, 'user' | 'uid'>): boolean => findAccount(user)?.uid === uid

/** One is lent at a time, to make a template. */
const lent = 1

/** How many accounts there are for instances: all of the range but those of others, and those of instances (`own`) that have other ids. */
export const countAccounts = (own: ReadonlySet<string>, { first, last }: IdRange): number => {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([user = '', , uid]) => ({ isOwn: own.has(user), isInRange: Number(uid) >= first && Number(uid) <= last }))
  const foreign = accounts.filter(({ isOwn, isInRange }) => !isOwn && isInRange).length
  const elsewhere = accounts.filter(({ isOwn, isInRange }) => isOwn && !isInRange).length
  return Math.max(0, last - first + 1 - lent - foreign) + elsewhere
}

const hasGroup = (name: string): boolean => findEntry('/etc/group', name) !== undefined

const findEntry = (file: string, name: string): readonly string[] | undefined =>
  readFileSync(file, 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':')

/** A tool that an agent was killed over runs on, and takes away what this one is about to: that is no failure. */
const untilGone = async (
  timers: Timers,
  isThere: () => boolean,
  remove: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> => {
  if (!isThere()) return
  try {
    await retryLocked(timers, remove, signal)
  } catch (error) {
    if (!(error instanceof CommandFailed) || isThere()) throw error
  }
}

/** The tools give up at once when another holds the lock, and when a process of the account has not quite gone. */
const retryLocked = async <T>(timers: Timers, work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const passing =
        error instanceof CommandFailed &&
        (error.exitCode === exitCodes.inUse || error.stderr.includes('try again later'))
      if (!passing) throw error
      await timers.sleep(lockRetryMs, { signal })
    }
  }
}
