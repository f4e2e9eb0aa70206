import type { z } from 'zod'
import { type Fitted, fitted, parseFitted } from '../../domain/fitted.ts'
import { type IncomingMessage, PoisonMessage } from '../ports/message-bus.ts'

/** The message's value, checked. Throws `PoisonMessage` when it is not JSON or not of this shape. */
export const parseMessage = <T>(message: IncomingMessage, schema: z.ZodType<T>): T => {
  try {
    const value: unknown = JSON.parse(message.value)
    return parseFitted(fittedOf(schema), value)
  } catch (error) {
    throw new PoisonMessage(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Compiled once for each schema: there are few of them, and a message for every event and report. */
const known = new WeakMap<z.ZodType, Fitted<z.ZodType>>()

const fittedOf = <T>(schema: z.ZodType<T>): Fitted<z.ZodType<T>> => {
  const found = known.get(schema)
  // It was made of this very schema.
  if (found) return found as Fitted<z.ZodType<T>>
  const made = fitted(schema)
  known.set(schema, made)
  return made
}
