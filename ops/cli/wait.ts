import { setTimeout as delay } from 'node:timers/promises'
import type { ApiClient } from './api-client.ts'
import type { CliContext } from './context.ts'
import type { Document } from './document.ts'
import { CliFailure, exitCodes, type Result, trouble } from './failure.ts'
import {
  FollowInstanceDocument,
  FollowOperationDocument,
  type InstanceFragment as Instance,
  InstanceDocument,
  type InstanceQuery,
  type OperationFragment as Operation,
  OperationDocument,
  type OperationQuery,
} from './generated/graphql.ts'
import { createProgress } from './progress.ts'

export const hasEnded = ({ status }: Operation): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED'

const reconnectDelayMs = 500
const askAgainMs = 1000

/** The time that a command may wait in all, whatever it waits for. */
export type Wait = {
  /** Its signal aborts when the time is over, too. */
  readonly context: CliContext
  readonly timeoutMs: number
  /** Aborts when the time is over. */
  readonly timeout: AbortSignal
}

/** Begins to count: before the request that begins the operation, which has a bound of its own and is never broken off for this. */
export const startWait = (context: CliContext, timeoutSeconds: number): Wait => {
  const timeoutMs = timeoutSeconds * 1000
  // It takes nothing but whole ones.
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs))
  return { context: { ...context, signal: AbortSignal.any([context.signal, timeout]) }, timeoutMs, timeout }
}

/** Throws the deadline's failure where the time was over before the operation was seen to have ended, or what came of it. */
export const withinWait = async <Value>(
  { context, timeout, timeoutMs }: Wait,
  operationId: string,
  work: () => Promise<Value>,
): Promise<Value> => {
  try {
    return await work()
  } catch (error) {
    if (!timeout.aborted || error instanceof CliFailure) throw error
    throw new CliFailure(exitCodes.deadline, {
      code: 'WAIT_TIMEOUT',
      message: `not done within ${timeoutMs / 1000} s; it goes on: ${context.invocation} operation watch ${operationId}`,
      details: { operationId },
    })
  }
}

/**
 * Shows an operation live until it has ended, and answers its end. Outlives a server that restarts meanwhile. Throws the deadline's
 * failure when the time is over; the operation goes on then.
 */
export const waitForOperation = async (wait: Wait, id: string): Promise<Operation> => {
  const progress = createProgress(wait.context.terminal)
  const following = {
    subscription: FollowOperationDocument,
    query: OperationDocument,
    id,
    valueIn: ({ operation }: OperationQuery) => operation,
    isLast: hasEnded,
    onValue: progress.show,
  }
  try {
    return await withinWait(wait, id, () => lastOf(wait.context, following))
  } finally {
    progress.end()
  }
}

/**
 * What a wait is caught with whose operation has an answer that shows a secret: it goes on though nobody waits any more, and the secret is in that answer alone.
 * So `result` is shown beside the failure.
 */
export const failWith =
  (context: Pick<CliContext, 'signal' | 'invocation'>, operationId: string, result: Result) =>
  (error: unknown): never => {
    const { exitCode, failure } = error instanceof CliFailure ? error : notWaitedFor(context, error, operationId)
    throw new CliFailure(exitCode, failure, { cause: error, result })
  }

/** Anything but an interruption is a bug. */
const notWaitedFor = (
  { signal, invocation }: Pick<CliContext, 'signal' | 'invocation'>,
  error: unknown,
  operationId: string,
): CliFailure => {
  if (!signal.aborted) throw error
  const message = `interrupted; it goes on: ${invocation} operation watch ${operationId}`
  return new CliFailure(exitCodes.trouble, { code: 'INTERRUPTED', message, details: { operationId } })
}

/** The instance as the operation has left it: the two are told of the end one after the other. */
export const instanceAfter = async (wait: Wait, operation: Operation): Promise<Instance> => {
  if (operation.instanceId === null) throw trouble('INTERNAL_ERROR', `operation ${operation.id} is of no instance`)
  const following = {
    subscription: FollowInstanceDocument,
    query: InstanceDocument,
    id: operation.instanceId,
    valueIn: ({ instance }: InstanceQuery) => instance,
    isLast: ({ operation: exclusive, sharedOperations }: Instance) =>
      ![exclusive, ...sharedOperations].some((ongoing) => ongoing?.id === operation.id),
    onValue: () => {},
  }
  return withinWait(wait, operation.id, () => lastOf(wait.context, following))
}

type Following<Data, Value> = {
  readonly subscription: Document<Data, OfOne>
  /** Asks for the same, where subscriptions do not come through. */
  readonly query: Document<Data, OfOne>
  readonly id: string
  readonly valueIn: (data: Data) => Value | null
  readonly isLast: (value: Value) => boolean
  readonly onValue: (value: Value) => void
}

type OfOne = { readonly id: string }

const lastOf = async <Data, Value>({ api, signal }: CliContext, following: Following<Data, Value>): Promise<Value> => {
  const { subscription, query, id, valueIn, isLast, onValue } = following
  let follow = (): AsyncIterable<Data> => api.subscribe(subscription, { id }, signal)
  for (;;) {
    try {
      for await (const data of follow()) {
        const value = valueIn(data)
        if (value === null) continue
        onValue(value)
        if (isLast(value)) return value
      }
    } catch (error) {
      signal.throwIfAborted()
      if (isStreamBlocked(error)) follow = () => askAgain(api, query, { id }, signal)
      else if (!isPassing(error)) throw error
    }
    await pause(reconnectDelayMs, signal)
  }
}

async function* askAgain<Data>(api: ApiClient, query: Document<Data, OfOne>, variables: OfOne, signal: AbortSignal) {
  for (;;) {
    yield await api.request(query, variables, signal)
    await pause(askAgainMs, signal)
  }
}

/** Throws the signal's reason when it aborts, as requests do. */
const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted()
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/** The connection or the server is away for now. */
export const isPassing = (error: unknown): boolean =>
  error instanceof CliFailure && ['CONNECTION_LOST', 'NO_SERVER', 'UNAVAILABLE'].includes(error.failure.code)

export const isStreamBlocked = (error: unknown): boolean =>
  error instanceof CliFailure && error.failure.code === 'STREAM_BLOCKED'

/** Ends the command with the exit code that says how the operation ended, unless it succeeded. */
export const throwUnlessSucceeded = (operation: Operation, what: string): void => {
  if (operation.status === 'SUCCEEDED') return
  const fault = operation.fault
  if (!fault) throw trouble('INTERNAL_ERROR', `${what}: the operation ended as ${operation.status} and says not why`)
  const exitCode = fault.code === 'DEADLINE_EXCEEDED' ? exitCodes.deadline : exitCodes.failed
  const cause = fault.cause ? `\n${fault.cause.trimEnd().replace(/^/gm, '    ')}` : ''
  throw new CliFailure(exitCode, {
    ...fault,
    message: `${what}: ${fault.message} (${fault.code})${cause}`,
    details: { operationId: operation.id },
  })
}
