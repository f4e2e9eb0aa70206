import { describe, expect, it } from 'vitest'
import type { AuditDocument } from '../../../projections/audit-entry.ts'
import { createCausality } from '../../../projections/causality.ts'

const operation = 'operation-01a229b3-115c-70d7-8722-0b22e4aeb1dd'
const instance = 'instance-01a229b3-115c-70d7-84d1-f07f8c5f8adb'
const person = { kind: 'user', subject: 'ann', projectId: 'shop', roles: ['member'] }
const sagas = { kind: 'system', name: 'sagas' }
const agent = { kind: 'agent', hostId: 'h' }

/** `[id, causationId, type, stream, actor]`, in the order of the log. */
const log = [
  ['asked', 'command', 'InstanceRestartRequested', instance, person],
  ['started', 'asked', 'OperationStarted', operation, sagas],
  ['issued', 'asked', 'GuestCommandIssued', operation, sagas],
  ['progress', 'report 1', 'OperationStepProgressed', operation, agent],
  ['stepped', 'report 2', 'OperationStepCompleted', operation, agent],
  ['issued again', 'report 2', 'GuestCommandIssued', operation, agent],
  ['reached', 'report 3', 'OperationOutcomeReached', operation, agent],
  ['restarted', 'reached', 'InstanceRestarted', instance, sagas],
  ['alone', 'heartbeat', 'InstanceHealthChanged', instance, agent],
] as const

const events = log.map(
  ([id, causationId, type, stream, actor], position) =>
    ({ id, causationId, type, stream, actor, position }) as unknown as AuditDocument,
)
const event = (id: string): AuditDocument => events.find((each) => each.id === id) as AuditDocument
const ids = (found: readonly AuditDocument[]) => found.map(({ id }) => id)

describe('causality', () => {
  const { causesOf, effectsOf } = createCausality(events.toReversed())

  it('goes back to what somebody asked for, over reports of agents', () => {
    expect(ids(causesOf(event('restarted')))).toEqual(['reached', 'issued again', 'issued', 'asked'])
    expect(causesOf(event('asked'))).toEqual([])
  })

  it('ends where the cause is not among the events', () => {
    expect(causesOf(event('alone'))).toEqual([])
  })

  it('tells all that followed from an event, in order', () => {
    const all = ['started', 'issued', 'progress', 'stepped', 'issued again', 'reached', 'restarted']
    expect(ids(effectsOf(event('asked')))).toEqual(all)
    expect(ids(effectsOf(event('issued again')))).toEqual(['reached', 'restarted'])
    expect(effectsOf(event('restarted'))).toEqual([])
  })

  it('ends with events that name each other', () => {
    const [one, other] = [
      { ...event('asked'), id: 'one', causationId: 'other' },
      { ...event('asked'), id: 'other', causationId: 'one' },
    ]
    const circle = createCausality([one, other])
    expect([ids(circle.causesOf(one)), ids(circle.effectsOf(one))]).toEqual([['other'], ['other']])
  })
})
