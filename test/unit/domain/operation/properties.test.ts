import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import { operationKinds } from '../../../../domain/instance/operation-kinds.ts'
import { type OperationEvent, type OperationInput, operation } from '../../../../domain/operation/index.ts'
import { nextDeadline } from '../../../../domain/operation/state.ts'
import { handleInTurn } from '../../../support/spec.ts'
import { commandId } from '../samples.ts'
import {
  cancel,
  check,
  confirm,
  failed,
  progressed,
  start,
  subject,
  subjectWithAccounts,
  succeeded,
  succeededWithFacts,
} from './history.ts'

const terminalTypes = ['OperationSucceeded', 'OperationFailed', 'OperationCancelled']
const withinSeconds = fc.integer({ min: 0, max: 600 })
const now = fc.integer({ min: 0, max: 700 })
const ofAnyStep = fc.integer({ min: 1, max: 6 }).map(commandId)

const anyStart = fc
  .record({ kind: fc.constantFrom(...operationKinds), hasAccounts: fc.boolean(), withinSeconds, at: now })
  .map((wish) => ({
    operation: start(wish.kind, {
      subject: wish.hasAccounts ? subjectWithAccounts : subject,
      withinSeconds: wish.withinSeconds,
    }),
    deadlineSeconds: wish.withinSeconds,
  }))

/** Whatever may come, late, early, twice or in another order. */
const anyInput: fc.Arbitrary<OperationInput> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(ofAnyStep, now).map(([id, second]) => succeededWithFacts(id, second)) },
  fc.tuple(ofAnyStep, now).map(([id, second]) => succeeded(id, second)),
  fc.tuple(ofAnyStep, now).map(([id, second]) => failed(id, second)),
  fc
    .tuple(ofAnyStep, fc.constantFrom(0, 0.5, 1), now)
    .map(([id, part, second]) => progressed(id, part, 'on it', second)),
  now.map(check),
  now.map(cancel),
  now.map(confirm),
)
const anyInputs = fc.array(anyInput, { maxLength: 25 })

const outcomesIn = (log: readonly OperationEvent[]) => log.filter(({ type }) => type === 'OperationOutcomeReached')
const endsIn = (log: readonly OperationEvent[]) => log.filter(({ type }) => terminalTypes.includes(type))

describe('an operation under any inputs in any order', () => {
  it('has ended once its deadline was looked at, and has ended only once', () => {
    fc.assert(
      fc.property(anyStart, anyInputs, ({ operation: begun, deadlineSeconds }, inputs) => {
        const log = handleInTurn(operation, [begun, ...inputs, check(deadlineSeconds)])
        expect(endsIn(log)).toHaveLength(1)
        expect(endsIn([...log].slice(-1))).toHaveLength(1)
        expect(nextDeadline(fold(operation, log))).toBeNull()
      }),
    )
  })

  it('has ended when deadlines are looked at whenever it asks for it, and nothing else ever comes', () => {
    fc.assert(
      fc.property(anyStart, anyInputs, ({ operation: begun }, inputs) => {
        let state = fold(operation, handleInTurn(operation, [begun, ...inputs]))
        let looks = 0
        for (let due = nextDeadline(state); due !== null; due = nextDeadline(state)) {
          const decision = operation.decide({ type: 'CheckDeadlines', now: due }, state)
          expect(decision).not.toMatchObject({ events: [] })
          expect(Date.parse(due)).toBeLessThanOrEqual(Date.parse(begun.deadline))
          if (decision.outcome === 'accepted') state = fold(operation, decision.events, state)
          looks += 1
          expect(looks).toBeLessThan(10)
        }
        expect(['SUCCEEDED', 'FAILED', 'CANCELLED']).toContain(state.status)
      }),
    )
  })

  it('settles its outcome once, right before its end', () => {
    fc.assert(
      fc.property(anyStart, anyInputs, ({ operation: begun, deadlineSeconds }, inputs) => {
        const log = handleInTurn(operation, [begun, ...inputs, check(deadlineSeconds)])
        expect(outcomesIn(log)).toHaveLength(1)
        expect(log.at(-2)?.type).toBe('OperationOutcomeReached')
      }),
    )
  })

  it('does nothing more for an input that comes a second time at once', () => {
    fc.assert(
      fc.property(anyStart, anyInputs, ({ operation: begun }, inputs) => {
        const all = [begun, ...inputs]
        expect(
          handleInTurn(
            operation,
            all.flatMap((input) => [input, input]),
          ),
        ).toEqual(handleInTurn(operation, all))
      }),
    )
  })

  it('issues every guest command once, and after one that undoes none of an older epoch', () => {
    fc.assert(
      fc.property(anyStart, anyInputs, ({ operation: begun, deadlineSeconds }, inputs) => {
        const log = handleInTurn(operation, [begun, ...inputs, check(deadlineSeconds)])
        const commands = log.flatMap((event) => (event.type === 'GuestCommandIssued' ? [event.data.command] : []))
        const ids = commands.map((command) => command.commandId)
        expect(new Set(ids).size).toBe(ids.length)
        const epochs = commands.map(({ epoch }) => epoch)
        expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
      }),
    )
  })

  it('says SUCCEEDED only when every step has been completed, and CANCELLED only when all was undone', () => {
    fc.assert(
      fc.property(anyStart, anyInputs, ({ operation: begun, deadlineSeconds }, inputs) => {
        const log = handleInTurn(operation, [begun, ...inputs, check(deadlineSeconds)])
        const completed = log.flatMap((event) => (event.type === 'OperationStepCompleted' ? [event.data.step] : []))
        const [started] = log
        const [reached] = outcomesIn(log)
        if (started?.type !== 'OperationStarted' || reached?.type !== 'OperationOutcomeReached') {
          throw new Error('it did not start or reach an outcome')
        }
        if (reached.data.outcome === 'SUCCEEDED') expect(completed).toEqual(started.data.steps)
        if (reached.data.outcome === 'CANCELLED') expect(reached.data.compensated).toBe(true)
        expect(reached.data.outcome === 'SUCCEEDED').toBe(reached.data.fault === undefined)
      }),
    )
  })
})
