import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentWrappedKeys } from '../../../commands/adapters/kurrentdb/wrapped-keys.ts'
import { wrappedKeysContract } from '../../contracts/wrapped-keys.contract.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { silentLog } from '../../support/silent-log.ts'
import { callTimeoutMs } from './test-store.ts'

wrappedKeysContract('the KurrentDB store on the stand-in', async () => {
  const server = await startEventStoreStandIn()
  const connection = openKurrentConnection({ url: server.url, log: silentLog, callTimeoutMs })
  return {
    keys: createKurrentWrappedKeys({ connection }),
    dispose: async () => {
      connection.close()
      server.close()
    },
  }
})
