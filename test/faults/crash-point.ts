import { z } from 'zod'

/**
 * An exact moment at which a server ends itself as `kill -9` would: right before or right after an event is appended, or a message is
 * published. `step`: of the operation, for events that have one. `kind`: of the agent's command.
 */
export const crashPointSchema = z.discriminatedUnion('at', [
  z.object({
    at: z.literal('append'),
    when: z.enum(['before', 'after']),
    type: z.string(),
    step: z.string().optional(),
  }),
  /** The relay hands a command to the agent. */
  z.object({ at: z.literal('command'), when: z.enum(['before', 'after']), kind: z.string() }),
  /** The agent hands in a result; `nth` counts those of operations that began in this process, from 1. */
  z.object({ at: z.literal('result'), when: z.enum(['before', 'after']), nth: z.int().positive() }),
])
export type CrashPoint = z.infer<typeof crashPointSchema>

export const describePoint = (point: CrashPoint): string => {
  switch (point.at) {
    case 'append':
      return `${point.when} ${point.type}${point.step ? ` (${point.step})` : ''} is in the log`
    case 'command':
      return `${point.when} the agent is given ${point.kind}`
    case 'result':
      return `${point.when} result ${point.nth} of the agent is on the bus`
  }
}
