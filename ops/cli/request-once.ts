import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { CliContext } from './context.ts'
import type { Document } from './document.ts'
import { CliFailure } from './failure.ts'

const resendForMs = 30_000
const resendDelayMs = 500

export type Repeatable = { readonly idempotencyKey?: string | null | undefined }

/**
 * A mutation whose answer shows a secret that is shown but once. Where its answer is lost with the connection, it is sent again under its
 * idempotency key, made up if the user has none, until it is answered: carried out once, whatever became of the first.
 */
export const requestOnce = async <Data, Input extends Repeatable>(
  { api, signal }: CliContext,
  document: Document<Data, { readonly input: Input }>,
  input: Input,
): Promise<Data> => {
  const variables = { input: { ...input, idempotencyKey: input.idempotencyKey ?? randomUUID() } }
  const send = (): Promise<Data> => api.request(document, variables, signal)
  try {
    return await send()
  } catch (error) {
    // Anything else has told what became of it.
    if (!isOneOf(error, ['CONNECTION_LOST'])) throw error
  }
  const bound = AbortSignal.timeout(resendForMs)
  for (;;) {
    await delay(resendDelayMs, undefined, { signal })
    try {
      return await send()
    } catch (error) {
      if (bound.aborted || !isOneOf(error, ['CONNECTION_LOST', 'NO_SERVER', 'UNAVAILABLE'])) throw error
    }
  }
}

const isOneOf = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof CliFailure && codes.includes(error.failure.code)
