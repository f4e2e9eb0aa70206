import { describe, expect, it } from 'vitest'
import type { GuestCommand } from '../../../../domain/guest/command.ts'
import { type OperationEvent, type OperationInput, operation } from '../../../../domain/operation/index.ts'
import { nextDeadline } from '../../../../domain/operation/state.ts'
import { at, commandId, fault, hostId, operationId } from '../samples.ts'
import {
  cancel,
  check,
  confirm,
  failed,
  given,
  logOf,
  outcomeOf,
  progressed,
  start,
  succeeded,
  succeededWithFacts,
} from './history.ts'

const dueAfter = (...inputs: readonly OperationInput[]): string | null =>
  nextDeadline(logOf(...inputs).reduce(operation.evolve, operation.initial))

const commandsIn = (events: readonly OperationEvent[]): readonly GuestCommand[] =>
  events.flatMap((event) => (event.type === 'GuestCommandIssued' ? [event.data.command] : []))

const day = 24 * 60 * 60

describe('the deadline of a step', () => {
  it('lets it fail, names it, and begins to undo', () => {
    const [stepFailed, started] = given(...logOf(start('provision')))
      .when(check(90))
      .thenTypes('OperationStepFailed', 'OperationStepStarted', 'GuestCommandIssued')
    expect(stepFailed?.data).toEqual({
      step: 'volume',
      fault: {
        code: 'DEADLINE_EXCEEDED',
        message: `step volume did not end by ${at(90)}: no result came from the agent on host ${hostId()}`,
        retryable: true,
      },
    })
    expect(started?.data).toEqual({ step: 'remove', deadline: at(180), compensating: true })
  })

  it('does nothing before it has passed', () => {
    given(...logOf(start('provision')))
      .when(check(89.999))
      .thenNothing()
  })

  it('is that of the present step: the one before it has been met', () => {
    given(...logOf(start('provision'), succeeded(commandId(1), 89)))
      .when(check(90))
      .thenNothing()
    expect(dueAfter(start('provision'), succeeded(commandId(1), 89))).toBe(at(89 + 180))
  })

  it('is cut where the time for all steps ends', () => {
    // 100 s in all, of which 90 s for removing and 5 s for telling are wanted, and at most 40 s are kept.
    expect(dueAfter(start('provision', { withinSeconds: 100 }))).toBe(at(60))
    expect(dueAfter(start('provision', { withinSeconds: 100 }), succeeded(commandId(1), 50))).toBe(at(60))
  })

  it('that is met late, but before anybody noticed, is met', () => {
    given(...logOf(start('provision')))
      .when(succeeded(commandId(1), 100))
      .thenTypes('OperationStepCompleted', 'OperationStepStarted', 'GuestCommandIssued')
  })
})

describe('the deadline of a step that tells how far it is', () => {
  const engine = [start('provision'), succeeded(commandId(1), 0)] as const
  const told = (second: number, progress = 0.5) => progressed(commandId(2), progress, 'starting the engine', second)

  it('moves with what it tells, so that only silence ends it', () => {
    expect(dueAfter(...engine)).toBe(at(180))
    expect(dueAfter(...engine, told(100))).toBe(at(220))
    expect(dueAfter(...engine, told(100), told(210))).toBe(at(330))
    given(...logOf(...engine, told(100)))
      .when(check(220))
      .thenTypes('OperationStepFailed', 'OperationStepStarted', 'GuestCommandIssued')
  })

  it('is never brought forward, and moved by nothing that changes little', () => {
    expect(dueAfter(...engine, told(10))).toBe(at(180))
    const due = given(...logOf(...engine, told(100)))
    due.when(told(101)).thenNothing()
    due.when(told(130)).thenTypes('OperationStepProgressed')
  })

  it('stays within the time for all steps', () => {
    const brief = [start('provision', { withinSeconds: 300 }), succeeded(commandId(1), 0)] as const
    // 90 s for removing and 5 s for telling are kept.
    expect(dueAfter(...brief, told(120))).toBe(at(180))
    expect(dueAfter(...brief, told(170))).toBe(at(180))
    expect(dueAfter(start('provision', { withinSeconds: 350 }), succeeded(commandId(1), 0), told(170))).toBe(at(255))
  })

  it('is that of silence alone: a step of another kind has its own time', () => {
    expect(dueAfter(start('provision'), progressed(commandId(1), 0.5, 'formatting', 80))).toBe(at(90))
  })
})

describe('the deadline of undoing', () => {
  const undoing = [start('provision'), check(90)] as const

  it('ends the operation, says what may be left, and that the agent finishes when it returns', () => {
    const [, reached] = given(...logOf(...undoing))
      .when(check(180))
      .thenTypes('OperationStepFailed', 'OperationOutcomeReached')
    expect(reached?.data).toEqual({
      operationId: operationId(),
      outcome: 'FAILED',
      compensated: false,
      fault: {
        code: 'DEADLINE_EXCEEDED',
        message:
          `step volume did not end by ${at(90)}: no result came from the agent on host ${hostId()}. ` +
          'Undoing it did not end in time either: its process, files or volume may still be on the host, ' +
          'and the agent finishes undoing it when it returns',
        retryable: true,
      },
    })
  })

  it('lies before that of the whole, so that the instance can be told', () => {
    expect(dueAfter(start('provision', { withinSeconds: 100 }), check(60))).toBe(at(95))
    // 10 s in all, of which 4 s are kept for undoing: a quarter of them for telling.
    expect(dueAfter(start('provision', { withinSeconds: 10 }), check(6))).toBe(at(9))
  })

  it('does not bind the agent: what undoes is still done by one that returns days later', () => {
    const [removal] = commandsIn(logOf(...undoing).slice(-1))
    expect(removal?.payload.kind).toBe('node-absent')
    expect(removal?.deadline).toBe(at(180 + 7 * day))
  })

  it('ignores the agent that returns then, as all is settled', () => {
    given(...logOf(...undoing, check(180), confirm()))
      .when(succeeded(commandId(4), 3 * day))
      .thenNothing()
  })

  it('of one step of several leaves the others undone', () => {
    const log = logOf(start('restart'), failed(commandId(1)), check(91))
    expect(commandsIn(log).map(({ payload }) => payload.kind)).toEqual(['engine-running', 'engine-running'])
    expect(outcomeOf(log)).toMatchObject({
      outcome: 'FAILED',
      compensated: false,
      fault: { code: fault.code, message: expect.stringContaining('the engine may be down') },
    })
  })
})

describe('a deletion that is not done in time', () => {
  const log = logOf(start('delete'), check(180))

  it('has failed, and the agent finishes it when it returns', () => {
    expect(outcomeOf(log)).toMatchObject({ outcome: 'FAILED', compensated: false })
    expect(outcomeOf(log)?.fault?.message).toMatch(/may still be on the host, and the agent finishes when it returns$/)
    expect(commandsIn(log)[0]?.deadline).toBe(at(180 + 7 * day))
  })
})

describe('the deadline of the whole', () => {
  it('ends an operation whose outcome nobody has confirmed', () => {
    const settled = logOf(start('stop'), succeeded(commandId(1)))
    given(...settled)
      .when(check(999))
      .thenNothing()
    given(...settled)
      .when(check(1000))
      .thenEvents({ type: 'OperationSucceeded', data: { operationId: operationId() } })
  })

  it('ends everything at once when it is found to have passed, and still asks the agent to undo', () => {
    const events = given(...logOf(start('provision', { withinSeconds: 100 }), succeeded(commandId(1))))
      .when(check(5000))
      .thenTypes(
        'OperationStepFailed',
        'OperationStepStarted',
        'GuestCommandIssued',
        'OperationStepFailed',
        'OperationOutcomeReached',
        'OperationFailed',
      )
    expect(commandsIn(events)[0]).toMatchObject({ epoch: 8, payload: { kind: 'node-absent' } })
  })

  it('lets an operation end before it has begun when it is taken up too late', () => {
    const [, reached] = given()
      .when({ ...start('provision', { withinSeconds: 100 }), now: at(200) })
      .thenTypes('OperationStarted', 'OperationOutcomeReached')
    expect(reached?.data).toMatchObject({
      outcome: 'FAILED',
      compensated: true,
      fault: { code: 'DEADLINE_EXCEEDED', message: expect.stringContaining('nothing was begun') },
    })
  })
})

describe('when deadlines have to be looked at', () => {
  it('is at that of the present step, then at that of the whole, then never', () => {
    expect(nextDeadline(operation.initial)).toBeNull()
    expect(dueAfter(start('stop'))).toBe(at(120))
    expect(dueAfter(start('stop'), succeeded(commandId(1)))).toBe(at(1000))
    expect(dueAfter(start('stop'), succeeded(commandId(1)), confirm())).toBeNull()
  })

  it('is at that of the step that undoes', () => {
    expect(dueAfter(start('restart'), cancel(10))).toBe(at(100))
    expect(dueAfter(start('restart'), cancel(10), succeeded(commandId(3), 20))).toBe(at(110))
  })

  it('never ends in a step without one', () => {
    const inputs = [start('provision'), succeeded(commandId(1)), succeededWithFacts(commandId(2)), failed(commandId(3))]
    for (const [index] of inputs.entries()) expect(dueAfter(...inputs.slice(0, index + 1))).not.toBeNull()
  })
})
