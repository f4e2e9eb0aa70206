import { Writable } from 'node:stream'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { CliFailure, trouble } from '../../../../ops/cli/failure.ts'
import {
  InstanceDocument,
  type OperationFragment as Operation,
  OperationDocument,
} from '../../../../ops/cli/generated/graphql.ts'
import { instanceAfter, startWait, throwUnlessSucceeded, waitForOperation } from '../../../../ops/cli/wait.ts'

const ended = (status: string, code: string | null): Operation =>
  ({
    id: 'an-operation',
    status,
    fault: code && { code, message: 'it did not work', retryable: false, cause: 'FATAL: the last line\n' },
  }) as unknown as Operation

const failureOf = (operation: Operation): CliFailure => {
  try {
    throwUnlessSucceeded(operation, 'shop could not be made')
  } catch (error) {
    if (error instanceof CliFailure) return error
    throw error
  }
  throw new Error('the command would have ended with 0')
}

describe('an operation that was waited for', () => {
  it('ends the command with nothing to say when it has succeeded', () => {
    expect(() => throwUnlessSucceeded(ended('SUCCEEDED', null), 'shop')).not.toThrow()
  })

  it.each([
    ['failed', 'FAILED', 'ENGINE_START_FAILED', 3],
    ['was cancelled', 'CANCELLED', 'CANCELLED', 3],
    ['was not done by its deadline', 'FAILED', 'DEADLINE_EXCEEDED', 4],
  ] as const)('ends it with its own exit code when it %s, and says why', (_how, status, code, exitCode) => {
    const { exitCode: actual, failure } = failureOf(ended(status, code))
    expect(actual).toBe(exitCode)
    expect(failure).toMatchObject({ code, details: { operationId: 'an-operation' } })
    expect(failure.message).toBe(`shop could not be made: it did not work (${code})\n    FATAL: the last line`)
  })

  it('is a fault of the server when it has not succeeded and says not why', () => {
    expect(failureOf(ended('FAILED', null))).toMatchObject({ exitCode: 1, failure: { code: 'INTERNAL_ERROR' } })
  })
})

/** A client behind a proxy that holds streams back. `operations`: what the server answers to one query after the other. */
const blockedClient = (operations: readonly Operation[]) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const waiting = [...operations]
  const asked: object[] = []
  const context = {
    api: {
      request: async (document: object, _variables: object, signal: AbortSignal) => {
        signal.throwIfAborted()
        asked.push(document)
        if (document === InstanceDocument) return { instance: { operation: { id: 'an-operation' } } }
        return { operation: waiting.length > 1 ? waiting.shift() : waiting[0] }
      },
      subscribe: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(trouble('STREAM_BLOCKED', 'no events')) }),
      }),
    },
    terminal: { stderr: new Writable({ write: (_chunk, _encoding, done) => done() }) },
    environment: {},
    invocation: 'coffer',
    signal: new AbortController().signal,
  } as unknown as CliContext
  return { context, asked }
}
const running = { ...ended('RUNNING', null), instanceId: 'an-instance', steps: [] }

describe('a wait behind a proxy that holds streams back', () => {
  it('asks with queries until the operation has ended', async () => {
    const { context, asked } = blockedClient([running, running, { ...running, status: 'SUCCEEDED' }])
    const outcome = waitForOperation(startWait(context, 60), running.id)
    await vi.runAllTimersAsync()
    expect((await outcome).status).toBe('SUCCEEDED')
    expect(asked).toEqual([OperationDocument, OperationDocument, OperationDocument])
  })

  it.each([
    ['for the operation', (wait: ReturnType<typeof startWait>) => waitForOperation(wait, running.id)],
    ['for the instance after it', (wait: ReturnType<typeof startWait>) => instanceAfter(wait, running)],
  ])('ends with its time %s, and says that the operation goes on', async (_what, begin) => {
    const { context } = blockedClient([running])
    const over = new AbortController()
    const wait = startWait(context, 20)
    const outcome = begin({
      ...wait,
      timeout: over.signal,
      context: { ...context, signal: AbortSignal.any([context.signal, over.signal]) },
    }).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(3000)
    over.abort()
    await vi.runAllTimersAsync()
    const message = expect.stringContaining('not done within 20 s; it goes on: coffer operation watch an-operation')
    expect(await outcome).toMatchObject({ exitCode: 4, failure: { code: 'WAIT_TIMEOUT', message } })
  })
})
