import { isoNow } from '../../kernel/clock.ts'
import { allEnded } from '../all-ended.ts'
import { syncFileSystem } from '../isolation/volumes.ts'
import { sealingKeysOf, withPasswords } from './accounts-ready.ts'
import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

/**
 * A client can use the database, and what was made for it so far would be there after a power cut. With that the passwords have done their
 * work, and the key that they are sealed to is destroyed: copies of them stay in logs and topics, and nobody can open those. That the users
 * were verified is on the disk before, so a repeat does without them.
 */
export const endpointVerified: Outcome<'endpoint-verified'> = async (
  host,
  { users, sealingKey },
  { nodeId, signal },
) => {
  const { records, sealingKeys } = host
  const record = requireRecord(host, nodeId)
  const key = sealingKey ?? sealingKeysOf(users)[0] ?? null
  const isRepeat = key !== null && key === record.verifiedKey
  const { driver, instance } = await host.control.describe(record, signal)
  // Whoever may come from some addresses alone may not come from this one.
  const fromHere = users.filter((user) => user.host === undefined)
  const wishes = isRepeat ? [] : await withPasswords(host, nodeId, fromHere)
  await allEnded(
    persist(() => driver.verifyEndpoint(instance, wishes, signal), patienceWith(host, nodeId, signal)),
    record.durable ? Promise.resolve() : syncFileSystem(host.run, host.layout.volume(nodeId), signal),
  )
  const verifiedAt = record.verifiedAt ?? isoNow(host.clock)
  records.update(nodeId, { durable: true, verifiedKey: key ?? record.verifiedKey, verifiedAt })
  if (key !== null) await sealingKeys.destroy(key)
  return undefined
}
