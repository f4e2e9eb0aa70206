import { existsSync } from 'node:fs'
import type { NodeId } from '../../domain/ids.ts'
import type { Owner } from '../engines/engine.ts'
import type { NodeRecord } from '../journal/nodes.ts'
import { shortId } from '../layout.ts'
import { findProcesses } from '../supervision/process-table.ts'
import { killAll } from '../supervision/wait.ts'
import { removeSharedMemory } from './shared-memory.ts'
import { createUnixUsers, findAccount, type IdRange, type UnixUsersDeps } from './unix-users.ts'

export type Owners = {
  /** Whether every instance has an account of its own. */
  readonly own: boolean
  readonly missing: readonly string[]
  ensure(nodeId: NodeId, signal: AbortSignal): Promise<NodeRecord['owner']>
  /** The instance's own account, if there is one, as it is found of an instance that there is no record of. */
  find(nodeId: NodeId): NodeRecord['owner']
  /**
   * The instance has its own account still, or again: a machine that was set up anew under the files of another one would soon give its id to
   * the next instance. Throws when that has happened.
   */
  keep(owner: NodeRecord['owner'], signal: AbortSignal): Promise<void>
  /** Removes the instance's own account, if it has one, and its shared memory. Nothing may run under it. */
  remove(nodeId: NodeId, signal: AbortSignal): Promise<void>
  /** Lends an account for one piece of work, such as making a template. */
  withTemporary<T>(name: string, signal: AbortSignal, work: (owner: Owner) => Promise<T>): Promise<T>
  /** Ends what still runs under an account that was lent, and removes it. */
  removeTemporary(name: string, signal: AbortSignal): Promise<void>
}

const toolDirectories = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin']

/**
 * Which Unix account an engine runs as: for root one of its own, or `nobody` where the host has no tool to make one (engines
 * refuse to run as root); for another user that user itself.
 */
export const createOwners = (deps: UnixUsersDeps, root: boolean, ids: IdRange): Owners => {
  if (!root) {
    return {
      own: false,
      missing: ['no Unix user for each instance: the agent does not run as root'],
      ensure: () => Promise.resolve(null),
      find: () => null,
      keep: () => Promise.resolve(),
      remove: () => Promise.resolve(),
      withTemporary: (_name, _signal, work) => work(null),
      removeTemporary: () => Promise.resolve(),
    }
  }
  const tools = ['useradd', 'userdel', 'groupdel']
  const lacking = tools.filter((tool) => !toolDirectories.some((directory) => existsSync(`${directory}/${tool}`)))
  return lacking.length > 0 ? sharedAccount(lacking) : ownAccounts(deps, ids)
}

const ownAccounts = (deps: UnixUsersDeps, ids: IdRange): Owners => {
  const { run, timers } = deps
  const users = createUnixUsers(deps, ids)
  const nameOf = (nodeId: NodeId): string => `coffer-${shortId(nodeId)}`
  const remove = async (name: string, signal: AbortSignal): Promise<void> => {
    const account = findAccount(name)
    if (account) await removeSharedMemory(run, account.uid, signal)
    await users.remove(name, signal)
  }
  const removeTemporary = async (name: string, signal: AbortSignal): Promise<void> => {
    const account = findAccount(name)
    if (account) {
      const left = () => findProcesses({ ownUid: account.uid, nodeId: name, engine: null })
      await killAll(timers, left, signal)
    }
    await remove(name, signal)
  }
  return {
    own: true,
    missing: [],
    ensure: async (nodeId, signal) => ({ ...(await users.ensure(nameOf(nodeId), signal)), own: true }),
    find: (nodeId) => {
      const account = findAccount(nameOf(nodeId))
      return account && { ...account, own: true }
    },
    keep: async (owner, signal) => {
      if (owner?.own) await users.restore(owner, signal)
    },
    remove: (nodeId, signal) => remove(nameOf(nodeId), signal),
    withTemporary: async (name, signal, work) => {
      try {
        return await work(await users.ensure(name, signal))
      } finally {
        // Also when the work was aborted, be it while the account was made: it must not stay.
        await removeTemporary(name, timers.timeout(30_000))
      }
    },
    removeTemporary,
  }
}

const sharedAccount = (lacking: readonly string[]): Owners => {
  const nobody = findAccount('nobody')
  if (!nobody) {
    throw new Error(`engines do not run as root: install ${lacking.join(', ')}, or run the agent as another user`)
  }
  return {
    own: false,
    missing: [`no Unix user for each instance: ${lacking.join(', ')} not found; engines run as ${nobody.user}`],
    ensure: () => Promise.resolve({ ...nobody, own: false }),
    find: () => null,
    keep: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    withTemporary: (_name, _signal, work) => work(nobody),
    removeTemporary: () => Promise.resolve(),
  }
}
