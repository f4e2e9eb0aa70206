import type { EventStore } from '../commands/ports/event-store.ts'
import { readLogId } from '../commands/ports/log-mark.ts'
import type { EventId } from '../domain/ids.ts'

/** Asks for the identity of the log until it has one, once for all who ask together, and remembers it: it never changes. */
export const createLogId = (
  eventStore: Pick<EventStore, 'readAll'>,
  signal: AbortSignal,
): (() => Promise<EventId | null>) => {
  let asked: Promise<EventId | null> | null = null
  const ask = async (): Promise<EventId | null> => {
    try {
      const id = await readLogId(eventStore, signal)
      if (id === null) asked = null
      return id
    } catch (error) {
      asked = null
      throw error
    }
  }
  return () => {
    asked ??= ask()
    return asked
  }
}
