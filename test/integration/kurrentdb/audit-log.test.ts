import { onTestFinished } from 'vitest'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { auditLogContract } from '../../contracts/audit-log.contract.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { openStore } from './test-store.ts'

auditLogContract('with the log in KurrentDB', async () => {
  const server = await startEventStoreStandIn()
  const eventStore = openStore(`esdb://${server.host}:${server.port}?tls=false`)
  onTestFinished(async () => {
    await eventStore.close()
    server.close()
  })
  return { eventStore, viewStore: createMemoryViewStore() }
})
