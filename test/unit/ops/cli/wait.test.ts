import { describe, expect, it } from 'vitest'
import { CliFailure } from '../../../../ops/cli/failure.ts'
import type { Operation } from '../../../../ops/cli/types.ts'
import { throwUnlessSucceeded } from '../../../../ops/cli/wait.ts'

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
