import { allEnded } from '../all-ended.ts'
import { syncFileSystem } from '../isolation/volumes.ts'
import { openUsers } from './accounts-ready.ts'
import { type Outcome, requireRecord } from './outcome.ts'

/** A client can use the database, and what was made for it so far would be there after a power cut. */
export const endpointVerified: Outcome<'endpoint-verified'> = async (host, { users }, { instanceId, signal }) => {
  const record = requireRecord(host, instanceId)
  const { driver, instance } = await host.control.describe(record, signal)
  await allEnded(
    driver.verifyEndpoint(instance, openUsers(host, users), signal),
    record.durable ? Promise.resolve() : syncFileSystem(host.run, host.layout.volume(instanceId), signal),
  )
  host.records.update(instanceId, { durable: true })
  return undefined
}
