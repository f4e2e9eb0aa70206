import { randomBytes } from 'node:crypto'
import { type EventStoreStandIn, startEventStoreStandIn } from '../eventstore-standin/server.ts'
import { testMasterKey } from '../write-side.ts'
import { type KafkaBroker, startKafkaBroker } from './broker.ts'

export type CentralStores = {
  readonly kafka: KafkaBroker
  readonly eventStore: EventStoreStandIn
  /** Of processes of all roles but `agent`. Without Redis: views are in the memory of each. */
  readonly environment: Readonly<Record<string, string>>
}

/** A Kafka of its own and an event store, for the tests of one file. What closes them is added to `closing`, to be called in the opposite order. */
export const startCentralStores = async (closing: (() => unknown)[]): Promise<CentralStores> => {
  const kafka = await startKafkaBroker()
  closing.push(kafka.dispose)
  const eventStore = await startEventStoreStandIn()
  closing.push(eventStore.close)
  const environment = {
    COFFER_NAMESPACE: 'none',
    COFFER_EVENTSTORE_URL: eventStore.url,
    COFFER_KAFKA_BROKERS: kafka.address,
    // That of scripted agents.
    COFFER_MASTER_KEY: Buffer.from(testMasterKey).toString('base64url'),
    COFFER_ADMIN_TOKEN: randomBytes(32).toString('base64url'),
  }
  return { kafka, eventStore, environment }
}
