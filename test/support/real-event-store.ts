import { openKurrentConnection } from '../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentEventStore } from '../../commands/adapters/kurrentdb/event-store.ts'
import { startKurrentDbContainer } from './containers/kurrentdb.ts'
import type { Missing } from './containers/start-container.ts'
import { silentLog } from './silent-log.ts'
import { waitFor } from './wait-for.ts'

export type RealEventStore = { readonly url: string; readonly stop: () => Promise<void> }

/**
 * The KurrentDB or EventStoreDB that COFFER_TEST_EVENTSTORE_URL names, used as it is; else one in a container; or why there is none. It
 * may hold what former runs and other programs wrote, and others may write to it now.
 */
export const findRealEventStore = async (): Promise<RealEventStore | Missing> => {
  const given = process.env.COFFER_TEST_EVENTSTORE_URL
  if (given) {
    await untilItAnswers(given)
    return { url: given, stop: async () => {} }
  }
  const container = await startKurrentDbContainer()
  if ('missing' in container) {
    return { missing: `needs a KurrentDB: COFFER_TEST_EVENTSTORE_URL is not set, and ${container.missing}` }
  }
  const url = `esdb://${container.host}:${container.port}?tls=false`
  await untilItAnswers(url)
  return { url, stop: container.stop }
}

/** A node is live a moment before it has become its own leader, and takes no password until it has made its first users. */
const untilItAnswers = async (url: string): Promise<void> => {
  const store = createKurrentEventStore({ connection: openKurrentConnection({ url, log: silentLog }) })
  let reason: unknown
  const isAnswering = async (): Promise<boolean> => {
    try {
      await store.head()
      return true
    } catch (error) {
      reason = error
      return false
    }
  }
  try {
    await waitFor('the event store to answer', isAnswering)
  } catch (error) {
    throw reason ?? error
  } finally {
    await store.close()
  }
}
