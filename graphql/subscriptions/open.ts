import type { TellHeld } from '../../projections/watch.ts'
import type { ApiContext } from '../context.ts'
import { ApiError } from '../errors.ts'

/**
 * Opens a subscription: takes a slot, and ends the source when the caller leaves, when its token is revoked or expires (asked every
 * `revalidateTokenMs`), when too much was read ahead for it and when the server stops. The last three end it with an error, so
 * that a client does not take it for the end of what it follows.
 */
export const openSubscription = <Value>(
  { backend, session, signal: caller }: ApiContext,
  source: (signal: AbortSignal, tellHeld: TellHeld) => AsyncGenerator<Value, void>,
): AsyncIterableIterator<Value> => {
  const free = backend.slots.tryTake(session.projectId)
  if (free === null) throw tooMany(backend.slots.perProject)
  const ended = new AbortController()
  const signal = AbortSignal.any([ended.signal, caller, backend.closing])
  let tokenRefused = false
  let wasCut = false
  const cut = (): void => {
    wasCut = true
    ended.abort()
    // Lets go of what was read, also when nobody asks for a value any more.
    values.return().catch(() => {})
  }
  const readAhead = backend.outlets.readAhead(session.projectId, cut)
  const values = source(signal, readAhead.tellHeld)

  const revalidate = (): void => {
    session.isStillValid().then(
      (valid) => {
        if (valid) return
        tokenRefused = true
        ended.abort()
      },
      () => {}, // The store of tokens is away: asked again at the next turn.
    )
  }
  const revalidation = backend.timers.every(backend.settings.revalidateTokenMs, revalidate, { ref: false })

  const finish = (): void => {
    revalidation.cancel()
    readAhead.release()
    ended.abort()
    free()
  }
  // Whoever left, left: also when nobody asks for a value any more.
  signal.addEventListener('abort', finish, { once: true })
  if (signal.aborted) finish()

  const checkReason = (): void => {
    if (tokenRefused) throw new ApiError('UNAUTHENTICATED', 'the token has expired or was revoked')
    if (wasCut) throw new ApiError('UNAVAILABLE', 'too much waited for this subscription: subscribe again')
    if (backend.closing.aborted) throw new ApiError('UNAVAILABLE', 'the server is stopping: subscribe again')
  }

  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: async () => {
      try {
        const result = await values.next()
        if (!result.done) await backend.takeTurn()
        if (!result.done && !signal.aborted) return result
        finish()
        checkReason()
        return { done: true, value: undefined }
      } catch (error) {
        finish()
        throw error
      }
    },
    return: async () => {
      // Aborts first: a generator that waits for a change does not see `return` until that wait is over.
      finish()
      await values.return()
      return { done: true, value: undefined }
    },
  }
}

const tooMany = (perProject: number): ApiError =>
  new ApiError(
    'TOO_MANY_SUBSCRIPTIONS',
    `the project has ${perProject} subscriptions open, which is the most it may have: close one first`,
  )
