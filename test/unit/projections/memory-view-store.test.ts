import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { viewStoreContract } from '../../contracts/view-store.contract.ts'

viewStoreContract('the view store in memory', async () => {
  const store = createMemoryViewStore({ maxUnreadChanges: 500 })
  return { store, maxUnreadChanges: 500, dispose: () => store.close() }
})
