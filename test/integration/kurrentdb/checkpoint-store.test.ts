import { createKurrentCheckpointStore } from '../../../commands/adapters/kurrentdb/checkpoint-store.ts'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { checkpointStoreContract } from '../../contracts/checkpoint-store.contract.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { callTimeoutMs, silentLog } from './test-store.ts'

checkpointStoreContract('the KurrentDB store on the stand-in', async () => {
  const server = await startEventStoreStandIn()
  const connection = openKurrentConnection({ url: server.url, log: silentLog, callTimeoutMs })
  return {
    store: createKurrentCheckpointStore({ connection }),
    dispose: async () => {
      connection.close()
      server.close()
    },
  }
})
