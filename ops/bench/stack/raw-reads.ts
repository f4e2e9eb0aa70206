import { EventStoreDBClient, FORWARDS, START } from '@eventstore/db-client'
import { parseConnectionUrl } from '../../../commands/adapters/kurrentdb/connection-url.ts'
import type { Stack } from './stack.ts'

/** What cannot be done without: reading the event store of a stack by its client alone. */
export type RawReads = {
  /** How many records there were, each with its data and metadata parsed. Those of nobody's log are among them. */
  readonly readAll: () => Promise<number>
  readonly close: () => Promise<void>
}

/** By the client's own `readAll`. */
export const openRawReads = ({ environment }: Pick<Stack, 'environment'>): RawReads => {
  const client = EventStoreDBClient.connectionString(
    parseConnectionUrl(environment.COFFER_EVENTSTORE_URL ?? '').clientUrl,
  )
  return {
    readAll: async () => {
      let records = 0
      const reading = client.readAll({ direction: FORWARDS, fromPosition: START, maxCount: Number.MAX_SAFE_INTEGER })
      for await (const { event } of reading) if (event !== undefined) records += 1
      return records
    },
    close: () => client.dispose(),
  }
}
