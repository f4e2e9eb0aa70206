import { engineOf } from '../../domain/engines/registry.ts'
import type { NodeId } from '../../domain/ids.ts'
import type { UserSpec } from '../../domain/values/instance-spec.ts'
import { type EngineDriver, EngineFault, type UserWish } from '../engines/engine.ts'
import type { Host } from '../host.ts'
import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

/** What is to go goes first, as its name may be wanted again. Then databases, as users are given access to them. */
export const accountsReady: Outcome<'accounts-ready'> = async (
  host,
  { databases, users, absentDatabases = [] },
  { nodeId, signal, progress },
) => {
  const { driver, instance } = await host.control.describe(requireRecord(host, nodeId), signal)
  const wishes = await openUsers(host, nodeId, users)
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
  if (users.length === 0) return undefined
  progress(0.6, 'creating users')
  await persist(() => driver.accounts.ensureUsers(instance, wishes, signal), patience)
  return undefined
}

/** Refused before a command is sent; one that was sent by another version is refused here. */
const unnamed = ({ datastore }: EngineDriver): never => {
  throw new EngineFault('FEATURE_NOT_AVAILABLE', `${engineOf(datastore).title} has no databases that can be named`)
}

/** Opens the sealed passwords: from here on they are in clear, in memory alone. Rejects with `SECRET_UNREADABLE`. */
export const openUsers = (
  { sealingKeys }: Host,
  nodeId: NodeId,
  users: readonly UserSpec[],
): Promise<readonly UserWish[]> =>
  Promise.all(
    users.map(async ({ name, sealedPassword, databases }) => ({
      name,
      databases,
      password: await sealingKeys.open(sealedPassword, nodeId, name),
    })),
  )
