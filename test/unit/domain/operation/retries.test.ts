import { describe, expect, it } from 'vitest'
import { guestCommandNames, type OperationInput, operation, stepNames } from '../../../../domain/operation/index.ts'
import { at, commandId, fault } from '../samples.ts'
import { cancel, check, failed, given, issued, logOf, outcomeOf, start, subject, succeeded } from './history.ts'

const passing = { ...fault, code: 'DISK_FULL', retryable: true }
const names = guestCommandNames('restart')
/** `restart` has the steps engine, verify, bring-back and verify-back: their first attempts have the ids 1 to 4, the second ones 5 to 8. */
const restart = (withinSeconds = 1000): OperationInput => ({
  ...start('restart', { withinSeconds }),
  commandIds: Object.fromEntries(names.map((name, index) => [name, commandId(index + 1)])),
})
const nextDue = (...inputs: readonly OperationInput[]) =>
  operation.timer?.nextDue(logOf(...inputs).reduce(operation.evolve, operation.initial))

describe('a step that fails for a reason that may pass', () => {
  it('has an id for each of its attempts', () => {
    expect(names).toHaveLength(3 * stepNames('restart').length)
    expect(new Set(names).size).toBe(names.length)
  })

  it('is tried again after a while, with a command of its own', () => {
    given(...logOf(restart()))
      .when(failed(commandId(1), 1, passing))
      .thenEvents({
        type: 'OperationStepRetried',
        data: { step: 'engine', fault: passing, attempt: 2, at: at(3) },
      })
    expect(nextDue(restart(), failed(commandId(1), 1, passing))).toBe(at(3))
    const [again, command] = given(...logOf(restart(), failed(commandId(1), 1, passing)))
      .when(check(3))
      .thenTypes('OperationStepStarted', 'GuestCommandIssued')
    expect(again?.data).toEqual({ step: 'engine', deadline: at(123), compensating: false, attempt: 2 })
    expect(command?.data).toMatchObject({ step: 'engine', command: { commandId: commandId(5), epoch: subject.epoch } })
  })

  it('goes on when another attempt succeeds, and hears nothing of the one before', () => {
    const again = [restart(), failed(commandId(1), 1, passing), check(3)]
    given(...logOf(...again))
      .when(failed(commandId(1), 4, passing))
      .thenNothing()
    expect(issued(logOf(...again, succeeded(commandId(5), 4))).map(({ step }) => step)).toEqual([
      'engine',
      'engine',
      'verify',
    ])
  })

  it('fails for good after the third attempt', () => {
    const thrice = [restart(), failed(commandId(1), 1, passing), check(3), failed(commandId(5), 4, passing), check(14)]
    given(...logOf(...thrice))
      .when(failed(commandId(9), 15, passing))
      .thenTypes('OperationStepFailed', 'OperationStepStarted', 'GuestCommandIssued')
  })

  it('fails at once where the time for all steps would be over', () => {
    given(...logOf(restart(5)))
      .when(failed(commandId(1), 2, passing))
      .thenTypes('OperationStepFailed', 'OperationStepStarted', 'GuestCommandIssued')
  })

  it('is not tried again when the operation is cancelled meanwhile', () => {
    const log = logOf(restart(), failed(commandId(1), 1, passing), cancel(2), check(3))
    expect(issued(log).map(({ step }) => step)).toEqual(['engine', 'bring-back'])
  })

  it('is tried again where it undoes', () => {
    const undoing = [restart(), failed(commandId(1)), failed(commandId(3), 2, passing), check(4)]
    const log = logOf(...undoing, succeeded(commandId(7), 5), succeeded(commandId(4), 6))
    expect(outcomeOf(log)).toMatchObject({ outcome: 'FAILED', compensated: true, undoneTo: 'ACTIVE', fault })
  })
})

describe('a step that fails for a reason that stays', () => {
  it('is not tried again', () => {
    given(...logOf(restart()))
      .when(failed(commandId(1)))
      .thenTypes('OperationStepFailed', 'OperationStepStarted', 'GuestCommandIssued')
  })
})
