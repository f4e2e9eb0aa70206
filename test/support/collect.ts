import type { EventStore, StoredEvent } from '../../commands/ports/event-store.ts'
import type { StreamName } from '../../domain/stream.ts'

/** Everything an iterable yields until it ends. */
export const collect = async <T>(iterable: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const one of iterable) all.push(one)
  return all
}

/** The events of one type in a stream, from its beginning on. */
export const eventsOf = async (
  eventStore: Pick<EventStore, 'readStream'>,
  stream: StreamName,
  type: string,
): Promise<readonly StoredEvent[]> =>
  (await collect(eventStore.readStream(stream))).flat().filter((event) => event.type === type)
