import type { z } from 'zod'
import { type IncomingMessage, PoisonMessage } from '../ports/message-bus.ts'

/** The message's value, checked. Throws `PoisonMessage` when it is not JSON or not of this shape. */
export const parseMessage = <T>(message: IncomingMessage, schema: z.ZodType<T>): T => {
  try {
    return schema.parse(JSON.parse(message.value))
  } catch (error) {
    throw new PoisonMessage(error instanceof Error ? error.message : String(error), { cause: error })
  }
}
