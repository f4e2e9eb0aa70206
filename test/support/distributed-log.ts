import { openKurrentConnection } from '../../commands/adapters/kurrentdb/connection.ts'
import { createKurrentEventStore } from '../../commands/adapters/kurrentdb/event-store.ts'
import { beforeFirst, type StoredEvent } from '../../commands/ports/event-store.ts'
import { silentLog } from './silent-log.ts'

/** A namespace of an event store. */
export type LogPlace = { readonly url: string; readonly namespace: string }

const readTimeoutMs = 60_000

/** Everything the log holds, in order. */
export const readDistributedLog = async ({ url, namespace }: LogPlace): Promise<readonly StoredEvent[]> => {
  const store = createKurrentEventStore({ connection: openKurrentConnection({ url, namespace, log: silentLog }) })
  const events: StoredEvent[] = []
  try {
    for await (const page of store.readAll({ after: beforeFirst, signal: AbortSignal.timeout(readTimeoutMs) })) {
      events.push(...page)
    }
  } finally {
    await store.close()
  }
  return events
}
