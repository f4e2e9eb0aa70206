import type { Position } from '../../../commands/ports/event-store.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import type { EventMetadata } from '../../../domain/metadata.ts'

/** An event as it came through Kafka. Times are in milliseconds since 1970, all of one machine's clock. */
export type RelayedEvent = {
  readonly id: string
  readonly position: Position
  readonly metadata: Pick<EventMetadata, 'at' | 'actor' | 'causationId'>
  /** Of a `GuestCommandIssued`: which. */
  readonly guestCommandId: string | null
  /** When the relay published it. */
  readonly publishedAt: number
}

/** What was seen of a system at work. */
export type Observed = {
  readonly events: readonly RelayedEvent[]
  readonly reports: readonly Pick<AgentReport, 'reportId' | 'at'>[]
  /** When agents wrote guest commands to their journals, by command. */
  readonly takenAt: ReadonlyMap<string, number>
  /** When the audit log in the views showed an event, by its position. */
  readonly shownAt: ReadonlyMap<Position, number>
}

export const hopNames = ['append to Kafka', 'Kafka to saga', 'saga to agent', 'agent to view'] as const
export type HopName = (typeof hopNames)[number]

/** In milliseconds, one for each message that was seen at both ends of the hop. */
export type Hops = Readonly<Record<HopName, readonly number[]>>

/**
 * How long every message took over each hop; where one ends the next begins. Append to Kafka: from the decision (so the append itself is in it)
 * until the relay published the event. Kafka to saga: until a saga has decided what follows from it. Saga to agent: from the decision to issue a
 * guest command, appended and relayed, until it is in the agent's journal. Agent to view: from the agent's result, by way of the saga that takes it
 * in, until the views show the event it led to.
 */
export const hopsOf = ({ events, reports, takenAt, shownAt }: Observed): Hops => {
  const relayed = new Map(events.map((event) => [event.id, event]))
  const reported = new Map(reports.map(({ reportId, at }) => [reportId, Date.parse(at)]))
  const hops: Record<HopName, number[]> = {
    'append to Kafka': [],
    'Kafka to saga': [],
    'saga to agent': [],
    'agent to view': [],
  }
  const take = (hop: HopName, from: number | undefined, to: number | undefined): void => {
    if (from !== undefined && to !== undefined) hops[hop].push(to - from)
  }
  for (const { position, metadata, guestCommandId, publishedAt } of events) {
    const decidedAt = Date.parse(metadata.at)
    take('append to Kafka', decidedAt, publishedAt)
    take('Kafka to saga', relayed.get(metadata.causationId)?.publishedAt, decidedAt)
    if (guestCommandId !== null) take('saga to agent', decidedAt, takenAt.get(guestCommandId))
    take('agent to view', reported.get(metadata.causationId), shownAt.get(position))
  }
  return hops
}
