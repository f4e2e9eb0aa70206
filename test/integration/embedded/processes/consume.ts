/**
 * A member of a consumer group as a process of its own: `consume.ts <data dir> <group> <topic> <lease ms>`. Writes one line of JSON for each
 * message it begins and ends to handle, and `ready` when it has joined.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createEmbeddedMessageBus } from '../../../../commands/adapters/embedded/message-bus.ts'
import { openEmbeddedDatabase } from '../../../../commands/adapters/embedded/open-database.ts'

const [dataDir = '', group = '', topic = '', leaseMs = ''] = process.argv.slice(2)
const database = openEmbeddedDatabase({ dataDir })
const bus = createEmbeddedMessageBus({ database }, { leaseMs: Number(leaseMs), heartbeatMs: 200 })
const tell = (line: object): void => console.log(JSON.stringify(line))

const consumer = bus.consume({
  group,
  topics: [topic],
  start: 'earliest',
  handle: async ({ partition, value }) => {
    tell({ event: 'begin', partition, value, at: Date.now() })
    await delay(5)
    tell({ event: 'end', partition, value, at: Date.now() })
  },
})
await consumer.ready
tell({ event: 'ready' })
process.once('SIGTERM', () => void bus.close().then(() => database.close()))
