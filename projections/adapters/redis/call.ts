import { ViewStoreUnavailable } from '../../ports/view-store.ts'
import type { RedisClient } from './connect.ts'
import { translateError } from './errors.ts'

/** Sends a command within the bounds of a call. */
export type Send = <T>(run: (client: RedisClient) => Promise<T>) => Promise<T>

export type CallOptions = {
  /** What is done, to follow "Redis could not". */
  readonly what: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Why there is no connection just now, if there is none. */
  readonly outage?: () => Error | null
}

/**
 * Waits for a command, but no longer than `timeoutMs` or until the signal aborts: ioredis lets commands wait for a connection. A command
 * that was given up may still be carried out later. Throws `ViewStoreUnavailable`.
 */
export const boundedCall = async <T>(
  { what, timeoutMs, signal, outage }: CallOptions,
  send: () => Promise<T>,
): Promise<T> => {
  if (signal.aborted) throw new ViewStoreUnavailable(`Redis could not ${what}: the view store is closed`)
  let stop = () => {}
  const bound = new Promise<never>((_, reject) => {
    const giveUp = (why: string) => reject(new ViewStoreUnavailable(`Redis could not ${what}: ${why}`))
    const onAbort = () => giveUp('the view store is closed')
    const timer = setTimeout(() => giveUp(`no answer in ${timeoutMs} ms`), timeoutMs)
    signal.addEventListener('abort', onAbort, { once: true })
    stop = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  })
  try {
    return await Promise.race([send(), bound])
  } catch (error) {
    throw translateError(what, error, outage?.())
  } finally {
    stop()
  }
}
