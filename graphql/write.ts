import { type DispatchRequest, NotOfferedYet, type PublicCommand } from '../commands/api.ts'
import { EventStoreUnavailable, type WrittenUpTo } from '../commands/ports/event-store.ts'
import type { Accepted } from '../commands/public/definition.ts'
import type { Rejection } from '../domain/rejection.ts'
import { bounded } from '../kernel/within.ts'
import type { ApiContext } from './context.ts'
import { ApiError, isStoreAway } from './errors.ts'
import { isGiven } from './input.ts'

/** A command that was accepted. `upToDate`: the views show it, so what is read now reflects it. */
export type Written<Answer extends object = object> = {
  readonly answer: Accepted<Answer>
  readonly upToDate: boolean
}

export type WriteRequest = {
  readonly command: PublicCommand
  readonly idempotencyKey?: string | null | undefined
  readonly expectedVersion?: number | null | undefined
}

/**
 * Sends a command and waits, bounded, until the views show what it wrote. Once the command is accepted nothing throws any more, not even a bug of
 * ours or a foreign value in a view: the answer may hold a password that is shown only this once. `read`: reads what was written.
 * Throws `UNAVAILABLE` when the log cannot be reached or answers too late.
 */
export const write = async <Answer extends object>(
  context: ApiContext,
  request: WriteRequest,
  read: (answer: Answer) => Promise<unknown>,
): Promise<Written<Answer> | Rejection> => {
  const given = await dispatchInTime(context, request)
  if (!given.accepted) return given.rejection
  // What the command's definition says that it answers.
  const answer = given as unknown as Accepted<Answer>
  return { answer, upToDate: await isShown(context, given.written, () => read(answer)) }
}

export const isRejection = (result: object): result is Rejection => 'code' in result

/** What was written, read back. Null while the views have not got it, or cannot be read. */
export const readBack = async <Document>(
  { backend }: ApiContext,
  read: () => Promise<Document | null>,
): Promise<Document | null> => {
  try {
    return await read()
  } catch (error) {
    tellUnreadable(backend, error)
    return null
  }
}

/** That a store is away is said elsewhere. */
const tellUnreadable = ({ log }: ApiContext['backend'], error: unknown): void => {
  if (!isStoreAway(error)) log.error({ err: error }, 'a command was carried out, and what it wrote cannot be read')
}

const dispatchInTime = (context: ApiContext, { command, idempotencyKey, expectedVersion }: WriteRequest) => {
  const { backend, session, traceparent, origin } = context
  const request = {
    command,
    actor: {
      kind: 'user',
      subject: session.subject,
      projectId: session.projectId,
      roles: [...session.roles],
      ...(session.tokenId && { tokenId: session.tokenId }),
    },
    ...(isGiven(idempotencyKey) && { idempotencyKey }),
    ...(isGiven(expectedVersion) && { expectedVersion }),
    ...(isGiven(traceparent) && { traceparent }),
    origin,
  } satisfies Omit<DispatchRequest, 'signal'>
  // Not ended by the caller's leaving: a command that has begun is carried through and may be asked for again by its key.
  const bounds = { timeoutMs: backend.settings.commandTimeoutMs, ends: [backend.closing] }
  return bounded(backend.timers, bounds, async (signal) => {
    try {
      return await backend.dispatch({ ...request, signal })
    } catch (error) {
      if (error instanceof NotOfferedYet) throw new ApiError('UNAVAILABLE', error.message, { cause: error })
      if (!signal.aborted || error instanceof EventStoreUnavailable) throw error
      throw new ApiError(
        'UNAVAILABLE',
        'the command was not answered in time and may or may not have been carried out: repeat it with the same idempotencyKey',
        { cause: error },
      )
    }
  })
}

/** Whether what is read from now on has what was written. */
const isShown = async (
  { backend }: ApiContext,
  written: WrittenUpTo,
  read: () => Promise<unknown>,
): Promise<boolean> => {
  const bounds = { timeoutMs: backend.settings.readYourWritesTimeoutMs, ends: [backend.closing] }
  try {
    if (!(await bounded(backend.timers, bounds, (signal) => backend.views.waitForWritten(written, signal))))
      return false
    await read()
    return true
  } catch (error) {
    tellUnreadable(backend, error)
    return false
  }
}
