import type { z } from 'zod'
import { compileExactFit, type ExactFit } from '../../domain/exact-fit.ts'
import { type IncomingMessage, PoisonMessage } from '../ports/message-bus.ts'

/** The message's value, checked. Throws `PoisonMessage` when it is not JSON or not of this shape. */
export const parseMessage = <T>(message: IncomingMessage, schema: z.ZodType<T>): T => {
  try {
    const value: unknown = JSON.parse(message.value)
    // What fits is just what the schema would make of it.
    return fitOf(schema)?.(value) ? (value as T) : schema.parse(value)
  } catch (error) {
    throw new PoisonMessage(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Compiled once for each schema: there are few of them, and a message for every event and report. */
const fits = new WeakMap<z.ZodType, ExactFit | null>()

const fitOf = (schema: z.ZodType): ExactFit | null => {
  const known = fits.get(schema)
  if (known !== undefined) return known
  const compiled = compileExactFit(schema)
  fits.set(schema, compiled)
  return compiled
}
