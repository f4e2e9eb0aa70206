import type { UserSpec } from '../../domain/values/instance-spec.ts'
import type { UserWish } from '../engines/engine.ts'
import type { Host } from '../host.ts'
import { type Outcome, requireRecord } from './outcome.ts'

/** Databases first: users are given access to them. */
export const accountsReady: Outcome<'accounts-ready'> = async (
  host,
  { databases, users },
  { instanceId, signal, progress },
) => {
  const { driver, instance } = await host.control.describe(requireRecord(host, instanceId), signal)
  const wishes = openUsers(host, users)
  progress(0.1, 'creating databases')
  await driver.ensureDatabases(instance, databases, signal)
  progress(0.6, 'creating users')
  await driver.ensureUsers(instance, wishes, signal)
  return undefined
}

/** Opens the sealed passwords: from here on they are in clear, in memory alone. Throws `SECRET_UNREADABLE`. */
export const openUsers = ({ identity }: Host, users: readonly UserSpec[]): readonly UserWish[] =>
  users.map(({ name, sealedPassword, databases }) => ({ name, databases, password: identity.box.open(sealedPassword) }))
