import type { EventStore } from '../ports/event-store.ts'

export type OwnEvents = {
  /** The same store. */
  readonly eventStore: EventStore
  /** Whether the event was appended through it, among the last some thousands. */
  readonly has: (eventId: string) => boolean
}

const maxRemembered = 5_000

/** Remembers what this process has appended: of that it knows without asking that the log has it. */
export const rememberOwnEvents = (eventStore: EventStore): OwnEvents => {
  const appended = new Set<string>()
  return {
    eventStore: {
      ...eventStore,
      append: async (stream, events, expected) => {
        const result = await eventStore.append(stream, events, expected)
        for (const { id } of events) appended.add(id)
        for (const oldest of appended) {
          if (appended.size <= maxRemembered) break
          appended.delete(oldest)
        }
        return result
      },
    },
    has: (eventId) => appended.has(eventId),
  }
}
