import { describe, expect, it } from 'vitest'
import { type OperationInput, operation } from '../../../../domain/operation/index.ts'
import { nextDeadline } from '../../../../domain/operation/state.ts'
import { fault, operationId } from '../samples.ts'
import { cancel, check, given, logOf, start } from './history.ts'

const fail: OperationInput = { type: 'FailUnbegun', operationId: operationId(), fault }

describe('an operation whose subject cannot be read', () => {
  it('fails before it begins, once', () => {
    const [failed] = given().when(fail).thenTypes('OperationFailed')
    expect(failed?.data).toEqual({ operationId: operationId(), fault })
    given(...logOf(fail))
      .when(fail)
      .thenNothing()
  })

  it('has no deadline, and cannot be cancelled', () => {
    expect(nextDeadline(logOf(fail).reduce(operation.evolve, operation.initial))).toBeNull()
    given(...logOf(fail))
      .when(check(1))
      .thenNothing()
    given(...logOf(fail))
      .when(cancel(1))
      .thenRejected('NOT_CANCELLABLE')
  })

  it('issues no guest command when it is started after all, and tells the instance how it ended', () => {
    const [, reached] = given(...logOf(fail))
      .when(start('restart'))
      .thenTypes('OperationStarted', 'OperationOutcomeReached')
    expect(reached?.data).toMatchObject({ outcome: 'FAILED', fault, compensated: true })
  })

  it('goes on if it has begun', () => {
    given(...logOf(start('restart')))
      .when(fail)
      .thenNothing()
  })
})

describe('an operation that rests on something else that cannot be read', () => {
  it('fails before its first step', () => {
    const [, reached] = given()
      .when({ ...start('provision'), fault })
      .thenTypes('OperationStarted', 'OperationOutcomeReached')
    expect(reached?.data).toMatchObject({ outcome: 'FAILED', fault, compensated: true })
  })
})
