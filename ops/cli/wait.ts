import { setTimeout as delay } from 'node:timers/promises'
import { type CliContext, invocation } from './context.ts'
import { documents } from './documents.ts'
import { CliFailure, exitCodes, trouble } from './failure.ts'
import { createProgress } from './progress.ts'
import type { Instance, Operation } from './types.ts'

export const hasEnded = ({ status }: Operation): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED'

const reconnectDelayMs = 500

/**
 * Shows an operation live until it has ended, and answers its end. Outlives a server that restarts meanwhile. Throws the deadline's
 * failure after `timeoutMs`; the operation goes on then.
 */
export const waitForOperation = async (context: CliContext, id: string, timeoutMs: number): Promise<Operation> => {
  // It takes nothing but whole ones.
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs))
  const progress = createProgress(context.terminal)
  try {
    return await lastOf<Operation>(
      { ...context, signal: AbortSignal.any([context.signal, timeout]) },
      { document: documents.followOperation, id, field: 'operation', isLast: hasEnded, onValue: progress.show },
    )
  } catch (error) {
    if (!timeout.aborted) throw error
    throw new CliFailure(exitCodes.deadline, {
      code: 'WAIT_TIMEOUT',
      message: `not done within ${timeoutMs / 1000} s; it goes on: ${invocation(context.environment)} operation watch ${id}`,
      details: { operationId: id },
    })
  } finally {
    progress.end()
  }
}

/** The instance as the operation has left it: the two are told of the end one after the other. */
export const instanceAfter = (context: CliContext, operation: Operation): Promise<Instance> =>
  lastOf<Instance>(context, {
    document: documents.followInstance,
    id: operation.instanceId,
    field: 'instance',
    isLast: (instance) => instance.operation?.id !== operation.id,
    onValue: () => {},
  })

type Following<Value> = {
  readonly document: string
  readonly id: string
  readonly field: string
  readonly isLast: (value: Value) => boolean
  readonly onValue: (value: Value) => void
}

const lastOf = async <Value>({ api, signal }: CliContext, following: Following<Value>): Promise<Value> => {
  const { document, id, field, isLast, onValue } = following
  for (;;) {
    try {
      for await (const data of api.subscribe<Record<string, Value>>(document, { id }, signal)) {
        const value = data[field]
        if (value === undefined || value === null) continue
        onValue(value)
        if (isLast(value)) return value
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!isPassing(error)) throw error
    }
    signal.throwIfAborted()
    await delay(reconnectDelayMs, undefined, { signal })
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof CliFailure && ['CONNECTION_LOST', 'NO_SERVER', 'UNAVAILABLE'].includes(error.failure.code)

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
