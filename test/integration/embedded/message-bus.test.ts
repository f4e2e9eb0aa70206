import { describe, expect, it } from 'vitest'
import { createEmbeddedMessageBus } from '../../../commands/adapters/embedded/message-bus.ts'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import type { MessageBus } from '../../../commands/ports/message-bus.ts'
import { messageBusContract } from '../../contracts/message-bus.contract.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { fillDisk } from './fill-disk.ts'

const dir = createTempDir('message-bus')

messageBusContract('the embedded message bus', async () => {
  const dataDir = dir.next()
  const opened: { readonly bus: MessageBus; readonly database: EmbeddedDatabase }[] = []
  const open = () => {
    const database = openEmbeddedDatabase({ dataDir })
    const bus = createEmbeddedMessageBus({ database }, { retryBaseMs: 10 })
    opened.push({ bus, database })
    return { bus, database }
  }
  const { bus, database } = open()
  return {
    bus,
    openSecond: async () => open().bus,
    failWrites: async () => fillDisk(database),
    dispose: async () => {
      for (const each of opened) {
        await each.bus.close()
        await each.database.close()
      }
    },
  }
})

describe('the embedded message bus', () => {
  it('removes by itself what is older than its topic keeps it', async () => {
    const database = openEmbeddedDatabase({ dataDir: dir.next() })
    let time = 1_000_000
    const bus = createEmbeddedMessageBus({ database, now: () => time }, { trimEveryMs: 5 })
    await bus.ensureTopics([
      { name: 'short', partitions: 2, retentionMs: 1_000 },
      { name: 'long', partitions: 2, retentionMs: 1_000_000 },
    ])
    const publish = (key: string) =>
      bus.publish(['short', 'long'].map((topic) => ({ topic, key, value: JSON.stringify(`${topic} ${key}`) })))
    await publish('old')
    time += 2_000
    await publish('new')

    const count = database.connection.prepare('SELECT COUNT(*) AS n FROM messages')
    while (count.get()?.n !== 3) await new Promise((resolve) => setTimeout(resolve, 5))
    const values = database.connection.prepare('SELECT value FROM messages ORDER BY position').all()
    expect(values.map((row) => JSON.parse(String(row.value)))).toEqual(['long old', 'short new', 'long new'])
    await bus.close()
    await database.close()
  })
})
