import { hostname } from 'node:os'
import { createEmbeddedCheckpointStore } from '../../commands/adapters/embedded/checkpoint-store.ts'
import { createEmbeddedEventStore } from '../../commands/adapters/embedded/event-store.ts'
import { createEmbeddedMessageBus } from '../../commands/adapters/embedded/message-bus.ts'
import { openEmbeddedDatabase } from '../../commands/adapters/embedded/open-database.ts'
import { createEmbeddedStreamInspector } from '../../commands/adapters/embedded/stream-inspector.ts'
import { createEmbeddedWrappedKeys } from '../../commands/adapters/embedded/wrapped-keys.ts'
import { roleNames, runs } from '../config.ts'
import { holdDataDir } from './hold-data-dir.ts'
import type { Stores, StoresContext } from './stores-context.ts'

/** One SQLite file in the data directory, which this process holds for its roles. */
export const openEmbeddedStores = ({ config, log }: StoresContext): Stores => {
  const { dataDir } = config
  const roles = roleNames.filter((role) => role !== 'all' && runs(config, role))
  const release = holdDataDir(dataDir, roles)
  try {
    const database = openEmbeddedDatabase({ dataDir })
    const eventStore = createEmbeddedEventStore({ database })
    const bus = createEmbeddedMessageBus({ database, onProblem: (what, error) => log.warn({ err: error }, what) })
    return {
      eventStore,
      bus,
      checkpoints: createEmbeddedCheckpointStore({ database }),
      keys: createEmbeddedWrappedKeys({ database }),
      inspector: createEmbeddedStreamInspector({ database }),
      // The same at every start, so that what it left is found again; the lock lets one process have each role.
      holder: hostname(),
      isShared: false,
      hasLogWithoutNamespace: null,
      close: async () => {
        await bus.close()
        await eventStore.close()
        await database.close()
        release()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}
