import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { createEmbeddedWrappedKeys } from '../../../commands/adapters/embedded/wrapped-keys.ts'
import { wrappedKeysContract } from '../../contracts/wrapped-keys.contract.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('wrapped-keys')

wrappedKeysContract('the embedded store', async () => {
  const database = openEmbeddedDatabase({ dataDir: dir.next() })
  return { keys: createEmbeddedWrappedKeys({ database }), dispose: () => database.close() }
})
