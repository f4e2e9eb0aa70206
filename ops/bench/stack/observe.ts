import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { NewEvent, Position, StoredEvent } from '../../../commands/ports/event-store.ts'
import type { IncomingMessage } from '../../../commands/ports/message-bus.ts'
import { guestCommandSchema } from '../../../domain/guest/command.ts'
import { type AgentReport, agentReportSchema } from '../../../domain/guest/report.ts'
import { agentResultsTopic, eventsTopic } from '../../../domain/guest/topics.ts'
import type { AuditEntry } from '../../../projections/audit-entry.ts'
import { until } from '../until.ts'
import type { Connection } from './connect.ts'
import type { Observed, RelayedEvent } from './hops.ts'

export type Observer = {
  /** What was seen since the start, once everything that was published has been shown. What the agents' journals say is read later. */
  readonly stop: () => Promise<Omit<Observed, 'takenAt'>>
}

const patienceMs = 30_000
/** In the agent's own directory. */
const journalFile = 'agent.db'

/** Watches topics and views from beside, in groups of its own. Resolves when it sees everything from now on. */
export const observe = async ({ stores, viewStore }: Connection, signal: AbortSignal): Promise<Observer> => {
  const events: RelayedEvent[] = []
  const reports: AgentReport[] = []
  const shownAt = new Map<Position, number>()
  const watching = new AbortController()

  const watch = async (): Promise<void> => {
    const either = AbortSignal.any([signal, watching.signal])
    for await (const { document } of viewStore.changes('events', either)) {
      // The audit log holds nothing else.
      const entry = document as AuditEntry | null
      if (entry) shownAt.set(entry.position, Date.now())
    }
  }
  const consume = (topic: string, take: (message: IncomingMessage) => void) =>
    stores.bus.consume({
      group: `bench-${randomUUID()}`,
      topics: [topic],
      start: 'latest',
      handle: async (message) => take(message),
    })
  const consumers = [
    consume(eventsTopic, (message) => events.push(relayedEvent(message))),
    consume(agentResultsTopic, ({ value }) => reports.push(agentReportSchema.parse(JSON.parse(value)))),
  ]
  const watched = watch()
  watched.catch(() => {})
  await Promise.all(consumers.map(({ ready }) => ready))

  return {
    stop: async () => {
      const allShown = () => events.every(({ position }) => shownAt.has(position)) || null
      await until('every published event to be shown', allShown, { signal, timeoutMs: patienceMs })
      watching.abort()
      await Promise.all([watched, ...consumers.map((consumer) => consumer.stop())])
      return { events, reports, shownAt }
    },
  }
}

const relayedEvent = ({ value, publishedAt }: IncomingMessage): RelayedEvent => {
  // Published by the relay as it was stored.
  const { id, position, type, metadata, data } = JSON.parse(value) as StoredEvent & NewEvent
  const guestCommandId =
    type === 'GuestCommandIssued' ? guestCommandSchema.parse((data as { command: unknown }).command).commandId : null
  return { id, position, metadata, guestCommandId, publishedAt }
}

/** When the agent took each command into its journal. The agent must have stopped, as it has its file to itself. */
export const readTakenAt = (agentDir: string): ReadonlyMap<string, number> => {
  const database = new DatabaseSync(join(agentDir, journalFile), { readOnly: true })
  try {
    const rows = database.prepare('SELECT command_id, accepted_at FROM commands').all()
    return new Map(rows.map((row) => [String(row.command_id), Date.parse(String(row.accepted_at))]))
  } finally {
    database.close()
  }
}
