import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { binaryEvent, EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { startEventStoreStandIn } from './eventstore-standin/server.ts'
import { testMasterKey } from './write-side.ts'

/** What another program, or another version, writes. `data`: as text, so that it need not be JSON. */
export type ForeignEvent = {
  readonly type: string
  readonly version: number
  readonly data: string
  readonly metadata: Readonly<Record<string, unknown>> | null
  /** Default true. */
  readonly isJson?: boolean
}

/** A log, and others who write to it past the program. */
export type ForeignWriters = {
  /** What a server of this log is configured with. */
  readonly environment: Readonly<Record<string, string>>
  readonly append: (stream: string, event: ForeignEvent) => Promise<void>
  /** Cuts the head off a stream, and has the store tidy up, so that what is cut is in no read of the log either. */
  readonly truncate: (stream: string, before: number) => Promise<void>
  /** Deletes a stream, and has the store tidy up. */
  readonly remove: (stream: string) => Promise<void>
  readonly close: () => Promise<void>
}

export const embeddedWriters = async (dataDir: string): Promise<ForeignWriters> => {
  const use = <T>(work: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(join(dataDir, 'coffer.db'), { timeout: 10_000 })
    try {
      return work(database)
    } finally {
      database.close()
    }
  }
  return {
    environment: {},
    append: async (stream, { type, version, data, metadata }) =>
      use((database) => {
        const last = database.prepare('SELECT max(revision) AS last FROM events WHERE stream = ?').get(stream)
        const revision = last?.last === null || last === undefined ? 0 : Number(last.last) + 1
        const category = stream.slice(0, stream.indexOf('-'))
        database
          .prepare(
            'INSERT INTO events (stream, revision, category, id, type, version, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          )
          .run(stream, revision, category, randomUUID(), type, version, data, metadata ? JSON.stringify(metadata) : '')
      }),
    truncate: async (stream, before) =>
      use((database) => {
        database.prepare('DELETE FROM events WHERE stream = ? AND revision < ?').run(stream, before)
      }),
    remove: async (stream) =>
      use((database) => {
        database.prepare('DELETE FROM events WHERE stream = ?').run(stream)
      }),
    close: async () => {},
  }
}

/** The event store of the distributed form; the bus and the views stay those of the process. */
export const eventStoreWriters = async (): Promise<ForeignWriters> => {
  const standIn = await startEventStoreStandIn()
  const client = EventStoreDBClient.connectionString(standIn.url)
  const onServer = (stream: string): string => `coffer.${stream}`
  return {
    environment: {
      COFFER_EVENTSTORE_URL: standIn.url,
      COFFER_KAFKA_BROKERS: '127.0.0.1:1',
      COFFER_MASTER_KEY: Buffer.from(testMasterKey).toString('base64url'),
      COFFER_ADMIN_TOKEN: 't'.repeat(40),
    },
    append: async (stream, { type, version, data, metadata, isJson = true }) => {
      const withVersion = metadata && { ...metadata, schemaVersion: version }
      const common = { type, ...(withVersion && { metadata: withVersion }) }
      const event = isJson
        ? jsonEvent({ ...common, data: JSON.parse(data) })
        : binaryEvent({ ...common, data: Buffer.from(data) })
      await client.appendToStream(onServer(stream), event)
    },
    truncate: async (stream, before) => {
      await client.setStreamMetadata(onServer(stream), { truncateBefore: before })
      const cut = standIn.log.records.filter(
        (each) => each.stream === onServer(stream) && each.revision < BigInt(before),
      )
      for (const record of cut) standIn.log.erase(record)
    },
    remove: async (stream) => {
      await client.deleteStream(onServer(stream))
      const removed = standIn.log.records.filter((each) => each.stream === onServer(stream))
      for (const record of removed) standIn.log.erase(record)
    },
    close: async () => {
      await client.dispose()
      standIn.close()
    },
  }
}
