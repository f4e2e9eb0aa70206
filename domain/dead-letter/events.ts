import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { commandIdSchema } from '../ids.ts'
import { deadLetterIdSchema } from './id.ts'

/** `resolvedBy`: the command that did it, by which its repeat is known. `parkedAt`: ISO 8601. The message itself stays on the bus. */
const resolution = z.object({
  letterId: deadLetterIdSchema,
  place: z.object({ topic: z.string(), partition: z.int().nonnegative(), offset: z.string() }),
  parkedAt: z.iso.datetime(),
  resolvedBy: commandIdSchema,
})

export const deadLetterEvents = {
  /** The message is to be published again to the topic it was of: the relay does so when it comes to this event. */
  DeadLetterReplayed: defineEvent(1, resolution),
  /** Nobody needs the message any more. */
  DeadLetterDropped: defineEvent(1, resolution),
}

export type DeadLetterEvent = EventOf<typeof deadLetterEvents>
