import type { InstanceId } from '../../domain/ids.ts'
import type { UserSpec } from '../../domain/values/instance-spec.ts'
import type { UserWish } from '../engines/engine.ts'
import type { Host } from '../host.ts'
import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

/** Databases first: users are given access to them. */
export const accountsReady: Outcome<'accounts-ready'> = async (
  host,
  { databases, users },
  { instanceId, signal, progress },
) => {
  const { driver, instance } = await host.control.describe(requireRecord(host, instanceId), signal)
  const wishes = await openUsers(host, instanceId, users)
  const patience = patienceWith(host, instanceId, signal)
  progress(0.1, 'creating databases')
  await persist(() => driver.ensureDatabases(instance, databases, signal), patience)
  progress(0.6, 'creating users')
  await persist(() => driver.ensureUsers(instance, wishes, signal), patience)
  return undefined
}

/** Opens the sealed passwords: from here on they are in clear, in memory alone. Rejects with `SECRET_UNREADABLE`. */
export const openUsers = (
  { sealingKeys }: Host,
  instanceId: InstanceId,
  users: readonly UserSpec[],
): Promise<readonly UserWish[]> =>
  Promise.all(
    users.map(async ({ name, sealedPassword, databases }) => ({
      name,
      databases,
      password: await sealingKeys.open(sealedPassword, instanceId, name),
    })),
  )
