import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { commandIdSchema } from '../ids.ts'
import { streamNameSchema } from '../stream.ts'

export const exclusionEvents = {
  /**
   * An event that cannot be read was declared left out: from now on its stream is read without it. `eventType`: as it is stored.
   * `excludedBy`: the command that did it, by which its repeat is known.
   */
  EventExcluded: defineEvent(
    1,
    z.object({
      stream: streamNameSchema,
      revision: z.int().nonnegative(),
      eventType: z.string(),
      note: z.string(),
      excludedBy: commandIdSchema,
    }),
  ),
}

export type ExclusionEvent = EventOf<typeof exclusionEvents>
