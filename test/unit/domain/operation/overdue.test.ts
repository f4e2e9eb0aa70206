import { describe, expect, it } from 'vitest'
import { type OperationEvent, operation, operationStream } from '../../../../domain/operation/index.ts'
import { nextDeadline } from '../../../../domain/operation/state.ts'
import { at, commandId, operationId } from '../samples.ts'
import { cancel, check, given, logOf, start, succeeded } from './history.ts'

const { unreadBeginning } = operation.timer ?? {}
if (!unreadBeginning) throw new Error('operations have deadlines')

/** What a version that cannot read the beginning says at the deadline. */
const overdue = unreadBeginning.whenDue(operationStream(operationId()), 'revision 0 of its stream cannot be read')
const failed = given().when(overdue).thenTypes('OperationFailed')
const stateOf = (events: readonly OperationEvent[]) => events.reduce(operation.evolve, operation.initial)

describe('an operation whose beginning cannot be read', () => {
  it('tells its deadline by the first event, whatever else that says', () => {
    const [started] = logOf(start('restart'))
    expect(unreadBeginning.due({ ...started?.data, kind: 'recycle', subject: 'another' })).toBe(at(1000))
    for (const data of [null, undefined, 'text', {}, { deadline: 7 }, { deadline: 'tomorrow' }]) {
      expect(unreadBeginning.due(data)).toBeNull()
    }
  })

  it('fails at its deadline, once, and says why', () => {
    expect(failed[0]?.data).toMatchObject({
      operationId: operationId(),
      fault: { code: 'UNREADABLE_HISTORY', message: expect.stringContaining('revision 0 of its stream') },
    })
    given(...failed)
      .when(overdue)
      .thenNothing()
  })

  it('is left alone where others have settled its outcome', () => {
    const [, ...rest] = logOf(start('stop'), succeeded(commandId(1)))
    const settled = rest.filter(({ type }) => type === 'OperationOutcomeReached')
    expect(settled).toHaveLength(1)
    for (const input of [overdue, start('stop'), check(2000)]) {
      given(...settled)
        .when(input)
        .thenNothing()
    }
    given(...settled)
      .when(cancel(1))
      .thenRejected('NOT_CANCELLABLE')
  })
})

describe('an operation that such a version has failed', () => {
  const begun = [...logOf(start('restart')), ...failed]

  it('is over for all who ask, and due at its deadline', () => {
    expect(nextDeadline(stateOf(begun))).toBe(at(1000))
    given(...begun)
      .when(cancel(1001))
      .thenRejected('NOT_CANCELLABLE')
    given(...begun)
      .when(start('restart'))
      .thenNothing()
    given(...begun)
      .when(check(999))
      .thenNothing()
  })

  it('is undone by a version that can read it, as far as there is time, and its instance told', () => {
    const events = given(...begun)
      .when(check(1001))
      .thenTypes(
        'OperationStepFailed',
        'OperationStepStarted',
        'GuestCommandIssued',
        'OperationStepFailed',
        'OperationOutcomeReached',
        'OperationFailed',
      )
    expect(events.at(-2)?.data).toMatchObject({
      outcome: 'FAILED',
      compensated: false,
      fault: { code: 'UNREADABLE_HISTORY', message: expect.stringContaining('Undoing it did not end in time either') },
    })
  })

  it('was on its way back already: that is its end', () => {
    const undoing = [...logOf(start('restart'), cancel(1)), ...failed]
    const events = given(...undoing)
      .when(check(1001))
      .thenTypes('OperationStepFailed', 'OperationOutcomeReached', 'OperationFailed')
    expect(events.at(-2)?.data).toMatchObject({ outcome: 'FAILED', compensated: false })
  })
})
