import { describe, expect, it } from 'vitest'
import { mostProgressEvents } from '../../../../domain/operation/process.ts'
import { at, commandId, facts, fault, hostId, instanceId, nodeId, operationId } from '../samples.ts'
import {
  awaitedStep,
  cancel,
  commandIdsOf,
  confirm,
  failed,
  given,
  logOf,
  outcomeOf,
  progressed,
  start,
  subject,
  succeeded,
  succeededWithFacts,
} from './history.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

describe('an operation that starts', () => {
  it('records all it needs later, begins its first step and asks the agent', () => {
    given()
      .when({ ...start('stop'), traceparent })
      .thenEvents(
        {
          type: 'OperationStarted',
          data: {
            operationId: operationId(),
            kind: 'stop',
            subject,
            steps: ['stop'],
            commandIds: commandIdsOf('stop', subject),
            forwardDeadline: at(1000 - 90 - 90 - 5),
            deadline: at(1000),
            traceparent,
          },
        },
        { type: 'OperationStepStarted', data: { step: 'stop', deadline: at(120), compensating: false } },
        {
          type: 'GuestCommandIssued',
          data: {
            step: 'stop',
            command: {
              commandId: commandId(1),
              operationId: operationId(),
              instanceId: instanceId(),
              nodeId: nodeId(),
              nodeGeneration: 1,
              hostId: hostId(),
              lane: 'exclusive',
              epoch: 7,
              deadline: at(120),
              payload: { kind: 'engine-stopped' },
              traceparent,
            },
          },
        },
      )
  })
})

describe('a result of the agent', () => {
  const engineAwaited = logOf(start('provision'), succeeded(commandId(1)))

  it('that tells success ends the step and begins the next', () => {
    const [completed, started, command] = given(...engineAwaited)
      .when(succeededWithFacts(commandId(2), 10))
      .thenTypes('OperationStepCompleted', 'OperationStepStarted', 'GuestCommandIssued')
    expect(completed?.data).toEqual({ step: 'engine', result: facts })
    expect(started?.data).toEqual({ step: 'verify', deadline: at(100), compensating: false })
    expect(command?.data).toMatchObject({ step: 'verify', command: { commandId: commandId(3), deadline: at(905) } })
  })

  it('that tells failure fails the step and begins to undo, with the agent’s fault as it is', () => {
    const [stepFailed, started] = given(...engineAwaited)
      .when(failed(commandId(2)))
      .thenTypes('OperationStepFailed', 'OperationStepStarted', 'GuestCommandIssued')
    expect(stepFailed?.data).toEqual({ step: 'engine', fault })
    expect(started?.data).toMatchObject({ step: 'remove', compensating: true })
  })

  it('of a step that undoes ends the operation with the first fault', () => {
    const undoing = logOf(start('provision'), succeeded(commandId(1)), failed(commandId(2)))
    const state = given(...undoing)
      .when(succeeded(commandId(4)))
      .thenEvents(
        { type: 'OperationStepCompleted', data: { step: 'remove' } },
        {
          type: 'OperationOutcomeReached',
          data: { operationId: operationId(), outcome: 'FAILED', fault, compensated: true },
        },
      )
    expect(state.status).toBe('ENDING')
    given(...logOf(start('provision'), failed(commandId(1)), succeeded(commandId(4))))
      .when(confirm())
      .thenEvents({ type: 'OperationFailed', data: { operationId: operationId(), fault } })
  })

  it('that undoing failed ends the operation, and both faults are told', () => {
    const undoing = logOf(start('provision'), failed(commandId(1)))
    const diskGone = { code: 'UNMOUNT_FAILED', message: 'the volume is busy', retryable: true }
    const [, reached] = given(...undoing)
      .when(failed(commandId(4), 2, diskGone))
      .thenTypes('OperationStepFailed', 'OperationOutcomeReached')
    expect(reached?.data).toMatchObject({
      outcome: 'FAILED',
      compensated: false,
      fault: {
        code: 'ENGINE_START_FAILED',
        message:
          'the engine did not start. Undoing it failed too, with UNMOUNT_FAILED: the volume is busy; ' +
          'its process, files or volume may still be on the host',
        cause: fault.cause,
      },
    })
  })

  it('that undoing failed leaves in the state why it was being undone', () => {
    const log = logOf(start('provision'), cancel(), failed(commandId(4)))
    expect(given(...log.slice(0, -1)).state).toMatchObject({ status: 'COMPENSATING', aim: 'CANCELLED', step: null })
  })

  it.each([
    ['a step that is over', succeeded(commandId(1))],
    ['a step that is to come', succeeded(commandId(3))],
    ['undoing, which has not begun', succeeded(commandId(4))],
    ['a command nobody knows', failed(commandId(99))],
    ['progress of a step that is over', progressed(commandId(1), 0.5, 'formatting')],
  ])('is ignored when it is of %s', (_, input) => {
    given(...engineAwaited)
      .when(input)
      .thenNothing()
  })

  it('is ignored when it is of a step that was being done when the operation was cancelled', () => {
    given(...logOf(start('provision'), succeeded(commandId(1)), cancel()))
      .when(succeededWithFacts(commandId(2)))
      .thenNothing()
  })

  it('is ignored before the operation has started and after it has ended', () => {
    given()
      .when(succeeded(commandId(1)))
      .thenNothing()
    given(...logOf(start('stop'), succeeded(commandId(1)), confirm()))
      .when(succeeded(commandId(1)))
      .thenNothing()
  })

  it('is taken in any order: one that comes too early has to be said again', () => {
    expect(awaitedStep(start('provision'), succeededWithFacts(commandId(2)), succeeded(commandId(1)))).toBe('engine')
  })
})

describe('progress', () => {
  const begun = logOf(start('provision'))
  const half = logOf(start('provision'), progressed(commandId(1), 0.5, 'formatting'))

  it('is noted when it is news', () => {
    given(...begun)
      .when(progressed(commandId(1), 0.5, 'formatting'))
      .thenEvents({
        type: 'OperationStepProgressed',
        data: { step: 'volume', progress: 0.5, message: 'formatting', at: at(1) },
      })
    given(...half)
      .when(progressed(commandId(1), 0.5, 'mounting'))
      .thenTypes('OperationStepProgressed')
  })

  it('is not noted when it says the same again, or less than before', () => {
    given(...half)
      .when(progressed(commandId(1), 0.5, 'formatting'))
      .thenNothing()
    given(...half)
      .when(progressed(commandId(1), 0.2, 'allocating'))
      .thenNothing()
  })

  it('is noted once a second, and new words at once', () => {
    const next = given(...half)
    next.when(progressed(commandId(1), 0.6, 'formatting', 1.9)).thenNothing()
    next.when(progressed(commandId(1), 0.6, 'formatting', 2)).thenTypes('OperationStepProgressed')
    next.when(progressed(commandId(1), 0.6, 'mounting', 1.1)).thenTypes('OperationStepProgressed')
  })

  it('is noted so often and no more, whatever an agent says', () => {
    const words = Array.from({ length: 2 * mostProgressEvents }, (_, index) =>
      progressed(commandId(1), 0.5, `word ${index}`, index / 10),
    )
    const noted = logOf(start('provision'), ...words).filter(({ type }) => type === 'OperationStepProgressed')
    expect(noted).toHaveLength(mostProgressEvents)
  })
})

describe('confirming the outcome', () => {
  it('does nothing before there is one, and nothing after the end', () => {
    given().when(confirm()).thenNothing()
    given(...logOf(start('stop')))
      .when(confirm())
      .thenNothing()
    given(...logOf(start('stop'), succeeded(commandId(1)), confirm()))
      .when(confirm())
      .thenNothing()
  })

  it('ends a cancelled operation as CANCELLED', () => {
    const log = logOf(start('start'), cancel(), succeeded(commandId(3)))
    expect(outcomeOf(log)).toMatchObject({ outcome: 'CANCELLED', compensated: true })
    given(...log)
      .when(confirm())
      .thenTypes('OperationCancelled')
  })
})
