import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { KafkaConnectionOptions } from '../../commands/adapters/kafka/client.ts'
import { createKafkaMessageBus } from '../../commands/adapters/kafka/message-bus.ts'
import { createKurrentCheckpointStore } from '../../commands/adapters/kurrentdb/checkpoint-store.ts'
import { openKurrentConnection } from '../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentEventStore } from '../../commands/adapters/kurrentdb/event-store.ts'
import { createKurrentStreamInspector } from '../../commands/adapters/kurrentdb/stream-inspector.ts'
import { createStreamNames } from '../../commands/adapters/kurrentdb/stream-names.ts'
import { createKurrentWrappedKeys } from '../../commands/adapters/kurrentdb/wrapped-keys.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { datastoreStream } from '../../domain/datastore/index.ts'
import { datastoreTypes } from '../../domain/engines/registry.ts'
import { checkEvents } from '../../domain/read-event.ts'
import { namespacesOf } from '../config/namespaces.ts'
import type { Config } from '../config.ts'
import { readPemFiles } from './pem-files.ts'
import type { BusAlone, Stores, StoresContext } from './stores-context.ts'

/**
 * KurrentDB and Kafka, shared with other processes. Connects with the first call. Throws `ConnectionUrlRefused` and
 * `ConfigError`.
 */
export const openDistributedStores = (context: StoresContext): Stores => {
  const { config, log } = context
  if (config.eventStoreUrl === null) throw new Error('the distributed stores need the URL of an event store')
  const holder = processName()
  const connection = openKurrentConnection({ url: config.eventStoreUrl, namespace: namespacesOf(config).streams, log })
  const eventStore = createKurrentEventStore({ connection })
  const { bus, close: closeBus } = openDistributedBus(context, holder)
  return {
    eventStore,
    bus,
    checkpoints: createKurrentCheckpointStore({ connection }),
    keys: createKurrentWrappedKeys({ connection }),
    inspector: createKurrentStreamInspector({ connection, eventStore }),
    holder,
    isShared: true,
    hasLogWithoutNamespace: async () => {
      const bare = createKurrentEventStore({ connection: { ...connection, names: createStreamNames(null) } })
      // Every log that ever had a host has one of these.
      for (const type of datastoreTypes) {
        for await (const events of bare.readStream(datastoreStream(type), { maxCount: 1 })) {
          if (checkEvents(events).some(({ readable }) => readable)) return true
        }
      }
      return false
    },
    close: async () => {
      await closeBus()
      await eventStore.close()
    },
  }
}

/** Kafka alone: all that an agent needs. */
export const openDistributedBus = ({ config, log, onFatal }: StoresContext, clientId = processName()): BusAlone => {
  const bus: MessageBus = createKafkaMessageBus({
    ...kafkaConnection(config),
    clientId,
    namespace: namespacesOf(config).names,
    log,
    onFatal: (group, error) => onFatal(new Error(`the consumer of ${group} has stopped`, { cause: error })),
  })
  return { bus, close: bus.close }
}

/** One of its kind among all processes, of this machine and others, now and before. */
const processName = (): string => `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`

const kafkaConnection = (config: Config): Omit<KafkaConnectionOptions, 'clientId' | 'log'> => {
  const { kafkaBrokers, kafkaTls, kafkaSasl, kafkaUser, kafkaPassword } = config
  const pem = readPemFiles({
    ca: ['COFFER_KAFKA_CA_FILE', config.kafkaCaFile],
    cert: ['COFFER_KAFKA_CERT_FILE', config.kafkaCertFile],
    key: ['COFFER_KAFKA_KEY_FILE', config.kafkaKeyFile],
  })
  return {
    brokers: kafkaBrokers ?? [],
    ...(kafkaTls === 'on' && { ssl: Object.keys(pem).length > 0 ? pem : true }),
    ...(kafkaSasl !== 'off' &&
      kafkaUser !== null &&
      kafkaPassword !== null && { sasl: { mechanism: kafkaSasl, username: kafkaUser, password: kafkaPassword } }),
  }
}
