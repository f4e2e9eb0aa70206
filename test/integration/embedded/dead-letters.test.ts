import { createEmbeddedMessageBus } from '../../../commands/adapters/embedded/message-bus.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { deadLettersContract } from '../../contracts/dead-letters.contract.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('dead-letters')

deadLettersContract('the embedded message bus', async () => {
  const database = openEmbeddedDatabase({ dataDir: dir.next() })
  const bus = createEmbeddedMessageBus({ database }, { retryBaseMs: 10 })
  return {
    bus,
    dispose: async () => {
      await bus.close()
      await database.close()
    },
  }
})
