import { createEmbeddedCheckpointStore } from '../../../commands/adapters/embedded/checkpoint-store.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { checkpointStoreContract } from '../../contracts/checkpoint-store.contract.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('checkpoints')

checkpointStoreContract('the embedded store', async () => {
  const database = openEmbeddedDatabase({ dataDir: dir.next() })
  return { store: createEmbeddedCheckpointStore({ database }), dispose: () => database.close() }
})
