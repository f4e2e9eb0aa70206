import { engineOf } from '../../domain/engines/registry.ts'
import type { NodeId } from '../../domain/ids.ts'
import type { Sealed } from '../../domain/values/instance-spec.ts'
import { sealingKeyNumber } from '../../domain/values/sealing-key.ts'
import { type EngineDriver, EngineFault } from '../engines/engine.ts'
import type { Host } from '../host.ts'
import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

/**
 * What is to go goes first, as its name may be wanted again. Then databases, as users are given access to them. Where no other command brings its passwords, they
 * have done their work with this one: that the key is settled is on the disk before it goes, so a repeat knows that all of it is done.
 */
export const accountsReady: Outcome<'accounts-ready'> = async (host, payload, { nodeId, signal, progress }) => {
  const {
    databases,
    users,
    absentDatabases = [],
    absentUsers = [],
    passwords = [],
    access = [],
    alone = false,
  } = payload
  const keys = alone ? sealingKeysOf([...users, ...passwords]) : []
  if (keys.length > 0 && (await host.sealingKeys.areSettled(keys))) return undefined
  const { driver, instance } = await host.control.describe(requireRecord(host, nodeId), signal)
  const wishes = (await withPasswords(host, nodeId, users)).map((wish) => ({ ...wish, isNew: alone }))
  const changes = await withPasswords(host, nodeId, passwords)
  const patience = patienceWith(host, nodeId, signal)
  if (absentDatabases.length > 0) {
    progress(0.1, 'deleting databases')
    const dropDatabases = driver.accounts.dropDatabases ?? unnamed(driver)
    await persist(() => dropDatabases(instance, absentDatabases, signal), patience)
  }
  if (databases.length > 0) {
    progress(0.1, 'creating databases')
    const ensureDatabases = driver.accounts.ensureDatabases ?? unnamed(driver)
    await persist(() => ensureDatabases(instance, databases, signal), patience)
  }
  if (absentUsers.length > 0) {
    progress(0.1, 'deleting users')
    await persist(() => driver.accounts.dropUsers(instance, absentUsers, signal), patience)
  }
  if (users.length > 0) {
    progress(0.6, 'creating users')
    await persist(() => driver.accounts.ensureUsers(instance, wishes, signal), patience)
  }
  if (passwords.length > 0) await persist(() => driver.accounts.setPasswords(instance, changes, signal), patience)
  if (access.length > 0) await persist(() => driver.accounts.setAccess(instance, access, signal), patience)
  for (const key of keys) await host.sealingKeys.settle(key)
  return undefined
}

/** Refused before a command is sent; one that was sent by another version is refused here. */
const unnamed = ({ datastore }: EngineDriver): never => {
  throw new EngineFault('FEATURE_NOT_AVAILABLE', `${engineOf(datastore).title} has no databases that can be named`)
}

/** With their sealed passwords opened: from here on they are in clear, in memory alone. Rejects with `SECRET_UNREADABLE`. */
export const withPasswords = <Wish extends { readonly name: string; readonly sealedPassword: Sealed }>(
  { sealingKeys }: Host,
  nodeId: NodeId,
  wishes: readonly Wish[],
): Promise<readonly (Omit<Wish, 'sealedPassword'> & { readonly password: string })[]> =>
  Promise.all(
    wishes.map(async (wish) => {
      const { sealedPassword, ...others } = wish
      return { ...others, password: await sealingKeys.open(sealedPassword, nodeId, wish.name) }
    }),
  )

/** The passwords of one command are all sealed to the same key. */
export const sealingKeysOf = (sealed: readonly { readonly sealedPassword: Sealed }[]): readonly number[] => [
  ...new Set(sealed.flatMap(({ sealedPassword }) => sealingKeyNumber(sealedPassword) ?? [])),
]
