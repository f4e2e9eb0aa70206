import type { EventStore } from '../ports/event-store.ts'

export type OwnEvents = {
  /** The same store. */
  readonly eventStore: EventStore
  /** Whether the event was appended through it, or came by a subscription of it, among the last some thousands. */
  readonly has: (eventId: string) => boolean
}

const maxRemembered = 5_000

/**
 * Remembers what this process has appended, and what it has heard of as it follows the log: of both it knows without asking that the log has
 * it. Without the second, every saga but the one that relays would read the log once more for each event of another process.
 */
export const rememberOwnEvents = (eventStore: EventStore): OwnEvents => {
  const known = new Set<string>()
  const remember = (events: readonly { readonly id: string }[]): void => {
    for (const { id } of events) known.add(id)
    for (const oldest of known) {
      if (known.size <= maxRemembered) break
      known.delete(oldest)
    }
  }
  return {
    eventStore: {
      ...eventStore,
      append: async (stream, events, expected) => {
        const result = await eventStore.append(stream, events, expected)
        remember(events)
        return result
      },
      async *subscribe(options) {
        for await (const batch of eventStore.subscribe(options)) {
          if (batch.kind === 'events') remember(batch.events)
          yield batch
        }
      },
    },
    has: (eventId) => known.has(eventId),
  }
}
