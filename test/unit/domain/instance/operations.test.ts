import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import type { InstanceCommand } from '../../../../domain/instance/index.ts'
import { instance, instanceEvents } from '../../../../domain/instance/index.ts'
import { operationKinds, operationOf, phaseOf, type RequestedKind } from '../../../../domain/instance/operations.ts'
import { eventsOf, specOf } from '../../../support/spec.ts'
import { at, facts, fault, operationId } from '../samples.ts'
import { histories, type Situation } from './history.ts'

const { given } = specOf(instance, instanceEvents)

/** A wish that an instance of the samples can be granted, for each kind that is asked for. */
const wishes: Readonly<Record<RequestedKind, object>> = {
  restart: {},
  stop: {},
  start: {},
  grow: { volumeGiB: 64 },
  delete: {},
}
const kinds = operationKinds.filter((kind): kind is RequestedKind => kind !== 'provision')
const situations = Object.keys(histories) as Situation[]
const cells = kinds.flatMap((kind) => situations.map((situation) => ({ kind, situation })))

// Kind and wish belong together: the table above has one for each.
const ask = (kind: RequestedKind): InstanceCommand =>
  ({
    type: 'RequestOperation',
    kind,
    wish: wishes[kind],
    operationId: operationId(9),
    deadline: at(900),
  }) as InstanceCommand

const stateOf = (situation: Situation) => fold(instance, histories[situation])

const answerOf = (kind: RequestedKind, situation: Situation): string => {
  const state = stateOf(situation)
  if (state.status === 'ABSENT' || state.status === 'DELETED') return 'NOT_FOUND'
  if ('operation' in state) return 'OPERATION_IN_PROGRESS'
  const { accepts, acceptsLost } = operationOf(kind)
  if (state.status === 'FAILED' && !state.dataKept && !acceptsLost) return 'INVALID_STATE'
  return accepts.includes(state.status) ? 'accepted' : 'INVALID_STATE'
}

describe('every operation, asked for in every state', () => {
  it.each(cells)('$kind of an instance that is $situation', ({ kind, situation }) => {
    const asked = given(...histories[situation]).when(ask(kind))
    const expected = answerOf(kind, situation)
    const { requested, meanwhile, refuses } = operationOf(kind)
    if (expected !== 'accepted') {
      asked.thenRejected(expected as 'NOT_FOUND')
      return
    }
    const [event] = asked.thenTypes(requested as 'InstanceRestartRequested')
    expect(event?.data).toMatchObject({ operationId: operationId(9), deadline: at(900), ...wishes[kind] })
    const state = instance.evolve(stateOf(situation), event as never)
    expect(state).toMatchObject({ status: meanwhile, operation: { kind, wish: wishes[kind] } })
    expect(refuses === undefined || Object.keys(wishes[kind]).length > 0).toBe(true)
  })

  it.each(cells.filter(({ kind, situation }) => answerOf(kind, situation) === 'accepted'))(
    '$kind of an instance that is $situation ends as it is defined to, well and badly',
    ({ kind, situation }) => {
      const { succeeded, failed, becomes, keepsData, undoneTo } = operationOf(kind)
      const before = stateOf(situation)
      const log = [...histories[situation], ...eventsOf(instance.decide(ask(kind), before))]
      const told = { operationId: operationId(9), kind }
      const done = eventsOf(instance.decide({ type: 'CompleteOperation', ...told, facts }, fold(instance, log)))
      expect(done[0]?.type).toBe(succeeded)
      const after = fold(instance, [...log, ...done])
      expect(after.status).toBe(becomes === 'as before' ? before.status : becomes)
      expect('operation' in after).toBe(false)

      for (const compensated of [true, false]) {
        const how = { fault, compensated, undoneTo: compensated ? undoneTo : null }
        const ended = eventsOf(instance.decide({ type: 'FailOperation', ...told, ...how }, fold(instance, log)))
        expect(ended[0]?.type).toBe(failed)
        const left = fold(instance, [...log, ...ended])
        expect('operation' in left).toBe(false)
        if (left.status === 'FAILED') expect(left.dataKept).toBe(keepsData)
        if (compensated && undoneTo) expect(left.status).toBe(undoneTo)
      }
    },
  )
})

describe('the definitions', () => {
  it.each(operationKinds)('of %s are told apart by their events and statuses', (kind) => {
    const own = operationOf(kind)
    for (const other of operationKinds.filter((each) => each !== kind).map(operationOf)) {
      expect([other.requested, other.succeeded, other.failed]).not.toContain(own.requested)
      expect([other.requested, other.succeeded, other.failed]).not.toContain(own.succeeded)
      expect(other.meanwhile).not.toBe(own.meanwhile)
    }
    expect(phaseOf(own.requested)).toEqual({ phase: 'requested', operation: own })
    expect(phaseOf(own.failed)?.phase).toBe('failed')
  })
})
