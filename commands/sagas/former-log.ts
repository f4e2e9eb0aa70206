import type { StreamName } from '../../domain/stream.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { EventStore } from '../ports/event-store.ts'
import type { IncomingMessage, MessageBus } from '../ports/message-bus.ts'

/** Of an event that was relayed. */
export type RelayedPlace = { readonly id: string; readonly stream: StreamName; readonly revision: number }

export type IsInLog = (message: Pick<IncomingMessage, 'publishedAt'>, event: RelayedPlace) => Promise<boolean>

export type FormerLogDeps = {
  readonly eventStore: Pick<EventStore, 'readStream'>
  readonly bus: Pick<MessageBus, 'now'>
  readonly clock: WallClock
  /** Whether this process has appended the event. Default: not known of any. */
  readonly isOwn?: (eventId: string) => boolean
}

/** How far the clocks of brokers may be from each other. */
const slackMs = 60_000

/**
 * Whether the log still has an event that was relayed. The bus keeps messages when the log is put back from a copy, and what followed from an
 * event that is gone must not be done to what is there now. A process ends when the log is replaced under it, so only messages from
 * before its start are looked up. The answer throws `EventStoreUnavailable` and `MessageBusUnavailable`.
 */
export const createFormerLogCheck = ({ eventStore, bus, clock, isOwn = () => false }: FormerLogDeps): IsInLog => {
  let since: Promise<number> | null = null
  const askSince = async (): Promise<number> => {
    try {
      return (await bus.now()) ?? clock.now()
    } catch (error) {
      since = null
      throw error
    }
  }
  return async ({ publishedAt }, { id, stream, revision }) => {
    if (isOwn(id)) return true
    since ??= askSince()
    if (publishedAt > (await since) + slackMs) return true
    for await (const [event] of eventStore.readStream(stream, { from: revision, maxCount: 1 })) return event?.id === id
    return false
  }
}
