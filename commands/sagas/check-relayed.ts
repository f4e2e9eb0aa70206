import { z } from 'zod'
import { streamNameSchema } from '../../domain/stream.ts'
import type { EventStore } from '../ports/event-store.ts'
import type { IncomingMessage } from '../ports/message-bus.ts'
import type { ControlChannel } from '../secrets/control-channel.ts'
import type { Distrust } from './distrust.ts'

export type EventCheckDependencies = {
  readonly eventStore: Pick<EventStore, 'readStream'>
  readonly channel: Pick<ControlChannel, 'isSealed'>
  readonly distrust: Pick<Distrust, 'drop'>
}

const placeSchema = z.object({ id: z.string(), stream: streamNameSchema, revision: z.int().nonnegative() })

/**
 * Whether the relay has published a message on `coffer.events`: it is sealed, or the log has the same event, as with one that a relay of before messages were sealed
 * has published. Counts those that are not. The answer throws `EventStoreUnavailable`.
 */
export const createEventCheck =
  ({ eventStore, channel, distrust }: EventCheckDependencies) =>
  async (message: IncomingMessage): Promise<boolean> => {
    if (channel.isSealed(message) || (await isInLog(eventStore, message.value))) return true
    const { topic, key, partition, offset } = message
    distrust.drop('unsigned', { topic, key, partition, offset })
    return false
  }

const isInLog = async (eventStore: Pick<EventStore, 'readStream'>, value: string): Promise<boolean> => {
  const relayed = tryJson(value)
  const place = placeSchema.safeParse(relayed)
  if (!place.success) return false
  const { stream, revision } = place.data
  for await (const [event] of eventStore.readStream(stream, { from: revision, maxCount: 1 }))
    return event !== undefined && contentOf(event) === contentOf(relayed as typeof event)
  return false
}

/** All of it but the position, which not every way of reading tells. */
const contentOf = ({ id, stream, revision, type, version, data, metadata }: Record<string, unknown>): string =>
  JSON.stringify([id, stream, revision, type, version, data, metadata])

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
