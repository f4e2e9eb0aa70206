import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { shareSubscriptions } from '../../../commands/shared-subscription.ts'
import { eventStoreContract } from '../../contracts/event-store.contract.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('shared-subscription')
const categories = ['host', 'instance', 'operation']

/** Who asks for all categories asks for these, so that the shared subscription is what is tried. Another has begun it. */
eventStoreContract('an event store whose subscriptions are shared', async () => {
  const database = openEmbeddedDatabase({ dataDir: dir.next() })
  const shared = shareSubscriptions(createEmbeddedEventStore({ database }), { categories })
  const stopping = new AbortController()
  const follow = async (): Promise<void> => {
    for await (const _ of shared.subscribe({ after: -1, categories: ['host'], signal: stopping.signal })) {
    }
  }
  const following = follow().catch(() => {})
  return {
    store: { ...shared, subscribe: (options) => shared.subscribe({ categories, ...options }) },
    dispose: async () => {
      stopping.abort()
      await following
      await database.close()
    },
  }
})
