import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import type { InstanceCommand } from '../../../../domain/instance/index.ts'
import { instance, instanceEvents } from '../../../../domain/instance/index.ts'
import { operationKinds } from '../../../../domain/instance/operation-kinds.ts'
import { sharedFailure } from '../../../../domain/instance/operations/define-operation.ts'
import {
  type ExclusiveKind,
  exclusiveOperations,
  operationOf,
  phaseOf,
  type RequestedKind,
  sharedOperations,
} from '../../../../domain/instance/operations.ts'
import { eventsOf, specOf } from '../../../support/spec.ts'
import { at, facts, fault, operationId } from '../samples.ts'
import { histories, type Situation } from './history.ts'

const { given } = specOf(instance, instanceEvents)

/** A wish that an instance of the samples can be granted, for each kind that is asked for. */
const wishes: Readonly<Record<RequestedKind, object>> = {
  restart: {},
  stop: {},
  start: {},
  resize: { flavor: 'medium', vcpus: 2, memoryMiB: 2048, volumeGiB: 64 },
  delete: {},
  'create-database': { name: 'crm', characterSet: null, collation: null, users: ['app'] },
  'delete-database': { name: 'app' },
  backup: { backupId: '019a0009-0000-7000-8000-000000000001', name: 'nightly', sealedKey: '1.sealed' },
  'create-users': {
    asked: [{ name: 'bob', sealedPassword: '1.box', databases: ['app'], level: 'read', host: null }],
  },
  'delete-users': { names: ['app'] },
  'change-password': { name: 'app', sealedPassword: '1.box', keepFormer: false },
  'grant-access': { name: 'app', databases: ['app'], level: 'write' },
  'revoke-access': { name: 'app', databases: ['app'] },
  'enable-root': { sealedPassword: '1.box' },
  'disable-root': {},
  'refresh-accounts': {},
  'create-extension': { database: 'app', name: 'pg_trgm' },
  'drop-extension': { database: 'app', name: 'pg_trgm' },
  configure: { configurationId: null, revision: 0, values: {}, former: {} },
  'configure-restart': { configurationId: null, revision: 0, values: {}, former: {} },
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
  const operation = operationOf(kind)
  const takesLost = operation.lane === 'exclusive' && operation.acceptsLost
  if (state.status === 'FAILED' && !state.dataKept && !takesLost) return 'INVALID_STATE'
  return operation.accepts.includes(state.status) ? 'accepted' : 'INVALID_STATE'
}

describe('every operation, asked for in every state', () => {
  it.each(cells)('$kind of an instance that is $situation', ({ kind, situation }) => {
    const asked = given(...histories[situation]).when(ask(kind))
    const expected = answerOf(kind, situation)
    const operation = operationOf(kind)
    const { requested } = operation
    if (expected !== 'accepted') {
      asked.thenRejected(expected as 'NOT_FOUND')
      return
    }
    const [event] = asked.thenTypes(requested as 'InstanceRestartRequested')
    expect(event?.data).toMatchObject({ operationId: operationId(9), deadline: at(900), ...wishes[kind] })
    const state = instance.evolve(stateOf(situation), event as never)
    const begun = { kind, wish: wishes[kind] }
    if (operation.lane === 'exclusive') expect(state).toMatchObject({ status: operation.meanwhile, operation: begun })
    else expect(state).toMatchObject({ status: stateOf(situation).status, shared: [begun] })
  })

  const isExclusive = (kind: RequestedKind): kind is RequestedKind & ExclusiveKind =>
    operationOf(kind).lane === 'exclusive'
  const exclusiveCells = cells.flatMap(({ kind, situation }) => (isExclusive(kind) ? [{ kind, situation }] : []))
  it.each(exclusiveCells.filter(({ kind, situation }) => answerOf(kind, situation) === 'accepted'))(
    '$kind of an instance that is $situation ends as it is defined to, well and badly',
    ({ kind, situation }) => {
      const { succeeded, failed, becomes, keepsData, undoneTo } = operationOf<ExclusiveKind>(kind)
      const before = stateOf(situation)
      const log = [...histories[situation], ...eventsOf(instance.decide(ask(kind), before))]
      const told = { operationId: operationId(9), kind }
      const done = eventsOf(
        instance.decide(
          {
            type: 'CompleteOperation',
            ...told,
            results: { engine: facts, configure: { effective: {}, refusal: null } },
          },
          fold(instance, log),
        ),
      )
      expect(done[0]?.type).toBe(succeeded)
      const after = fold(instance, [...log, ...done])
      expect(after.status).toBe(becomes === 'as before' ? before.status : becomes)
      expect('operation' in after).toBe(false)

      for (const compensated of [true, false]) {
        const how = { fault, results: {}, compensated, undoneTo: compensated ? undoneTo : null }
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
  it.each(operationKinds)('of %s are told apart by their events', (kind) => {
    const own = operationOf(kind)
    for (const other of operationKinds.filter((each) => each !== kind).map(operationOf)) {
      const names = [other.requested, other.succeeded]
      expect(names).not.toContain(own.requested)
      expect(names).not.toContain(own.succeeded)
    }
    expect(phaseOf(own.requested)).toEqual({ phase: 'requested', operation: own })
  })

  it('tell what changes an instance apart by its status, and end what fails', () => {
    const statuses = exclusiveOperations.map(({ meanwhile }) => meanwhile)
    expect(new Set(statuses).size).toBe(statuses.length)
    for (const { failed } of exclusiveOperations) expect(phaseOf(failed)?.phase).toBe('failed')
    expect(phaseOf(sharedFailure)).toMatchObject({ phase: 'failed', operation: { lane: 'shared' } })
    expect(sharedOperations.length).toBeGreaterThan(0)
  })
})
