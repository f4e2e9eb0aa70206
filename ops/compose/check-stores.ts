import { isRefused as isRefusedByEventStore } from '../../commands/adapters/kurrentdb/errors.ts'
import { beforeFirst } from '../../commands/ports/event-store.ts'
import { isRefused as isRefusedByRedis } from '../../projections/adapters/redis/errors.ts'
import type { Config } from '../config.ts'
import type { CentralParts } from './parts.ts'
import type { Stores } from './stores-context.ts'

/** A store is there and will not have this process; the message says why, and what to change. It holds nothing secret. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused'
  readonly code = 'STORE_REFUSED'
}

/**
 * Asks the event store and Redis once, so that a wrong password or a certificate nobody trusts is told at the start. Throws `StoreRefused`.
 * One that is only away is waited for later, by whoever needs it. Kafka is asked by all who need it before anything else of theirs.
 */
export const checkStores = async ({ stores, viewStore }: CentralParts, config: Config): Promise<void> => {
  const asked: Promise<unknown>[] = []
  if (config.eventStoreUrl !== null) {
    const advice = 'see the user, the password and tlsCAFile in COFFER_EVENTSTORE_URL'
    asked.push(stores.eventStore.head().catch(refusal(isRefusedByEventStore, 'the event store', advice)))
  }
  if (config.redisUrl !== null) {
    const advice = 'see the user and the password in COFFER_REDIS_URL, and COFFER_REDIS_CA_FILE'
    asked.push(viewStore.checkpoint(anyView).catch(refusal(isRefusedByRedis, 'Redis', advice)))
  }
  await Promise.all(asked)
  await refuseForgottenNamespace(stores, config)
}

/** A log that began without a namespace would be left behind, and another one begun beside it. */
const refuseForgottenNamespace = async ({ eventStore, hasLogWithoutNamespace }: Stores, config: Config) => {
  if (config.namespace !== null || hasLogWithoutNamespace === null) return
  const isForgotten = async () => (await eventStore.head()) === beforeFirst && (await hasLogWithoutNamespace())
  if (await isForgotten().catch(() => false)) {
    throw new StoreRefused(
      'the event store has a log of Coffer whose streams have no namespace, and none in the namespace "coffer": set COFFER_NAMESPACE=none to go on with it',
    )
  }
}

const anyView = 'instances'

const refusal =
  (isRefused: (error: unknown) => boolean, store: string, advice: string) =>
  (error: Error): void => {
    if (isRefused(error))
      throw new StoreRefused(`${store} refuses this process: ${error.message}; ${advice}`, { cause: error })
  }
