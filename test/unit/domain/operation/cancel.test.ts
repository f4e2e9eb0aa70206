import { describe, expect, it } from 'vitest'
import { commandId, operationId } from '../samples.ts'
import {
  cancel,
  check,
  confirm,
  failed,
  given,
  issued,
  logOf,
  outcomeOf,
  start,
  succeeded,
  succeededWithFacts,
} from './history.ts'

const requested = { type: 'OperationCancellationRequested', data: { operationId: operationId() } } as const

describe('cancelling an operation', () => {
  it('begins to undo it at once, with the next epoch', () => {
    const [first, , command] = given(...logOf(start('provision'), succeeded(commandId(1))))
      .when(cancel(5))
      .thenTypes('OperationCancellationRequested', 'OperationStepStarted', 'GuestCommandIssued')
    expect(first).toEqual(requested)
    expect(command?.data).toMatchObject({ step: 'remove', command: { epoch: 8, payload: { kind: 'node-absent' } } })
  })

  it.each([
    ['provision', [start('provision')], [4]],
    ['provision', [start('provision'), succeeded(commandId(1)), succeededWithFacts(commandId(2))], [4]],
    ['restart', [start('restart')], [3, 4]],
    ['restart', [start('restart'), succeeded(commandId(1))], [3, 4]],
    ['stop', [start('stop')], [2, 3]],
    ['start', [start('start'), succeeded(commandId(1))], [3]],
  ] as const)('ends as CANCELLED when all is undone: %s', (_, inputs, undoing) => {
    const log = logOf(...inputs, cancel(), ...undoing.map((ordinal) => succeeded(commandId(ordinal))), confirm())
    expect(outcomeOf(log)).toMatchObject({ outcome: 'CANCELLED', compensated: true, fault: { code: 'CANCELLED' } })
    expect(log.at(-1)).toMatchObject({ type: 'OperationCancelled', data: { fault: { code: 'CANCELLED' } } })
  })

  it.each([
    ['failed', failed(commandId(4))],
    ['was not done in time', check(500)],
  ])('ends as FAILED when undoing %s, as things are not as before', (_, input) => {
    const log = logOf(start('provision'), cancel(), input)
    expect(outcomeOf(log)).toMatchObject({ outcome: 'FAILED', compensated: false, fault: { code: 'CANCELLED' } })
  })

  it('a second time does nothing, at whatever point', () => {
    const undoing = [start('provision'), cancel()]
    const undone = [...undoing, succeeded(commandId(4))]
    for (const inputs of [undoing, undone, [...undone, confirm()]]) {
      given(...logOf(...inputs))
        .when(cancel())
        .thenNothing()
    }
  })

  it('does nothing when it is being undone already because a step failed', () => {
    given(...logOf(start('provision'), failed(commandId(1))))
      .when(cancel())
      .thenNothing()
  })

  it('asks the agent for nothing of the steps any more, whatever comes of the one in hand', () => {
    const log = logOf(
      start('provision'),
      cancel(),
      succeeded(commandId(1)),
      failed(commandId(1)),
      succeeded(commandId(4)),
    )
    expect(issued(log).map(({ step }) => step)).toEqual(['volume', 'remove'])
  })
})

describe('cancelling what cannot be cancelled', () => {
  it('is refused when it was never begun', () => {
    given().when(cancel()).thenRejected('NOT_FOUND')
  })

  it('is refused for a deletion, and says why', () => {
    const { message } = given(...logOf(start('delete')))
      .when(cancel())
      .thenRejected('NOT_CANCELLABLE', { details: { operationId: operationId(), kind: 'delete' } })
    expect(message).toBe(
      `operation ${operationId()} (delete) cannot be cancelled once it has begun: its data may be gone already`,
    )
  })

  it.each([
    ['succeeded', [start('stop'), succeeded(commandId(1))], 'SUCCEEDED'],
    ['failed', [start('start'), failed(commandId(1)), succeeded(commandId(3))], 'FAILED'],
  ] as const)('is refused when it has ended, and says how: it %s', (words, inputs, outcome) => {
    for (const ending of [inputs, [...inputs, confirm()]]) {
      const { message } = given(...logOf(...ending))
        .when(cancel())
        .thenRejected('NOT_CANCELLABLE', { details: { outcome } })
      expect(message).toContain(`has ended already: it ${words}`)
    }
  })
})
