import { describe, expect, it } from 'vitest'
import {
  type InstanceCommand,
  type InstanceEvent,
  instance,
  instanceEvents,
} from '../../../../domain/instance/index.ts'
import { exclusiveOperations } from '../../../../domain/instance/operations.ts'
import { specOf } from '../../../support/spec.ts'
import { subjectWithAccounts } from '../operation/history.ts'
import { facts } from '../samples.ts'
import {
  complete,
  fail,
  healthy,
  histories,
  operationFailed,
  provisioningFailed,
  requested,
  restarted,
  started,
} from './history.ts'

const { given } = specOf(instance, instanceEvents)

const elsewhere = { ...facts, endpoint: { host: '10.0.0.9', port: 15_999 } }
const changed: InstanceEvent = { type: 'InstanceEndpointChanged', data: elsewhere }
const telling = (command: InstanceCommand, results: object): InstanceCommand =>
  ({ ...command, results }) as InstanceCommand

describe('an operation that brings an engine up elsewhere', () => {
  it.each([
    ['restart', [...histories.RESTARTING], complete(2, 'restart'), restarted(2)],
    ['start', [...histories.STARTING], complete(3, 'start'), started(3)],
  ] as const)('changes the endpoint: %s', (_, history, command, ended) => {
    const state = given(...history)
      .when(telling(command, { engine: elsewhere }))
      .thenEvents(ended, healthy, changed)
    expect(state).toMatchObject({ status: 'ACTIVE', ...elsewhere })
  })

  it('changes nothing where it listens as before', () => {
    given(...histories.RESTARTING)
      .when(telling(complete(2, 'restart'), { engine: facts }))
      .thenEvents(restarted(2), healthy)
  })

  it('changes it once for what an instance was made with', () => {
    given(requested)
      .when(telling(complete(1, 'provision'), { engine: elsewhere }))
      .thenTypes('InstanceProvisioned', 'InstanceHealthChanged')
  })

  it('changes it by what undoing told last, also when it has failed', () => {
    const between = { ...facts, endpoint: { host: '10.0.0.9', port: 15_998 } }
    const results = { engine: between, 'bring-back': elsewhere }
    given(...histories.STOPPING)
      .when(telling(fail(2, 'stop', true, 'ACTIVE'), results))
      .thenEvents(operationFailed(2, 'ACTIVE'), healthy, changed)
    given(...histories.RESTARTING)
      .when(telling(fail(2, 'restart', false), { engine: elsewhere }))
      .thenEvents(operationFailed(2, 'FAILED'), changed)
  })

  it('publishes none of an instance that was not made', () => {
    given(requested)
      .when(telling(fail(1, 'provision', true), { engine: elsewhere }))
      .thenEvents(provisioningFailed)
  })
})

describe('every step that brings an engine up', () => {
  const told = { running: true, restartFor: ['shared_buffers'] }
  const results = { engine: told, 'engine-back': told, configure: { effective: {}, refusal: null } }
  const empty = { values: {}, former: {}, configurationId: null, revision: 0 }
  const subject = { ...subjectWithAccounts, wish: empty }
  const asking = exclusiveOperations.flatMap(({ kind, steps, compensation }) => {
    const all = [...steps, ...compensation]
    const done = { begun: all.map(({ name }) => name), results }
    return all
      .filter((step) => step.payload(subject, done)?.kind === 'engine-running')
      .map((step) => [`${kind}: ${step.name}`, step] as const)
  })

  it('is found', () => {
    expect(asking.map(([name]) => name)).toEqual([
      'provision: engine',
      'restart: engine',
      'restart: bring-back',
      'stop: bring-back',
      'start: engine',
      'resize: restart',
      'resize: start-back',
      'configure-restart: engine',
      'configure-restart: bring-back',
    ])
  })

  it.each(asking)('keeps where the engine listens: %s', (_, { result }) => {
    expect(result?.parse(facts)).toEqual(facts)
    expect(result?.safeParse({ endpoint: null }).success).toBe(false)
  })

  it('may leave it unsaid, but for the first', () => {
    const mayNot = asking.filter(([, { result }]) => !result?.safeParse(undefined).success)
    expect(mayNot.map(([name]) => name)).toEqual(['provision: engine'])
  })
})
