import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { eventStoreContract } from '../../contracts/event-store.contract.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { fillDisk } from './fill-disk.ts'

const dir = createTempDir('event-store')

eventStoreContract('the embedded event store', async () => {
  const dataDir = dir.next()
  const databases: EmbeddedDatabase[] = []
  const open = () => {
    const database = openEmbeddedDatabase({ dataDir })
    databases.push(database)
    return database
  }
  const database = open()
  return {
    store: createEmbeddedEventStore({ database }),
    openSecond: async () => createEmbeddedEventStore({ database: open() }),
    failWrites: async () => fillDisk(database),
    dispose: async () => {
      for (const opened of databases) await opened.close()
    },
  }
})
