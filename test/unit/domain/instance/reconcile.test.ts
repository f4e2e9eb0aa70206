import { describe, expect, it } from 'vitest'
import type { FoundOnHost } from '../../../../domain/instance/commands.ts'
import {
  type InstanceCommand,
  type InstanceEvent,
  instance,
  instanceEvents,
  operationSubject,
} from '../../../../domain/instance/index.ts'
import { specOf } from '../../../support/spec.ts'
import { facts, hostId, nodeId, operationId } from '../samples.ts'
import { ask, deleted, fail, histories, operationFailed, type Situation } from './history.ts'

const { given } = specOf(instance, instanceEvents)

const running: FoundOnHost = {
  running: true,
  health: 'HEALTHY',
  epoch: 1,
  generation: 0,
  ...facts,
}
const found = (changes: Partial<FoundOnHost> = {}): InstanceCommand => ({
  type: 'ReconcileWithHost',
  nodeId: nodeId(),
  hostId: hostId(),
  found: { ...running, ...changes },
})
const lost: InstanceCommand = { type: 'ReconcileWithHost', nodeId: nodeId(), hostId: hostId(), found: null }
const missing = (epoch: number): InstanceEvent => ({
  type: 'InstanceReconciled',
  data: {
    status: 'MISSING',
    health: 'UNREACHABLE',
    reason: 'its host does not have it any more',
    epoch,
    generation: 0,
  },
})

describe('an instance that is FAILED', () => {
  it.each([
    ['ACTIVE', { running: true, health: 'HEALTHY' }],
    ['STOPPED', { running: false, health: 'UNKNOWN' }],
  ] as const)('is %s once its host has verified that', (status, seen) => {
    const [event] = given(...histories.FAILED)
      .when(found({ ...seen, epoch: 3, generation: 1 }))
      .thenTypes('InstanceReconciled')
    expect(event).toMatchObject({ data: { status, health: seen.health } })
  })

  it('stays so for what its host said before it heard of the operation that failed', () => {
    given(...histories.FAILED)
      .when(found({ epoch: 1, generation: 0 }))
      .thenNothing()
  })

  it('stays so for a running engine whose start is being undone, and is STOPPED once its host has done that', () => {
    const { STARTING } = histories
    const failed = given(...STARTING, operationFailed(3, 'FAILED'))
    failed.when(found({ epoch: 5 })).thenNothing()
    failed
      .when({
        type: 'ReportHealth',
        nodeId: nodeId(),
        hostId: hostId(),
        health: 'HEALTHY',
        reason: 'its host has returned',
        epoch: 5,
      })
      .thenTypes('InstanceHealthChanged')
    const [event] = failed.when(found({ epoch: 6, running: false, health: 'UNKNOWN' })).thenTypes('InstanceReconciled')
    expect(event).toMatchObject({ data: { status: 'STOPPED' } })
  })

  it.each([
    { running: true, health: 'UNHEALTHY' },
    { running: true, health: 'UNKNOWN' },
    { running: false, health: 'HEALTHY' },
  ] as const)('stays so while its host has not: %o', (seen) => {
    given(...histories.FAILED)
      .when(found({ ...seen, epoch: 3, generation: 1 }))
      .thenNothing()
  })
})

describe('an instance that its host does not have any more', () => {
  it.each(['ACTIVE', 'STOPPED', 'FAILED'] as const)('is MISSING when it was %s', (situation) => {
    const [event] = given(...histories[situation])
      .when(lost)
      .thenTypes('InstanceReconciled')
    expect(event).toMatchObject({ data: { status: 'MISSING', health: 'UNREACHABLE' } })
  })

  it.each(['ABSENT', 'PROVISIONING', 'RESTARTING', 'STOPPING', 'STARTING', 'DELETING', 'DELETED'] as const)(
    'is no news while it is %s',
    (situation: Situation) => {
      given(...histories[situation])
        .when(lost)
        .thenNothing()
    },
  )

  it('is no news when its provisioning was undone', () => {
    given(...histories['FAILED without data'])
      .when(lost)
      .thenNothing()
  })

  it('is looked for, at the port that clients know, when it is started', () => {
    const state = given(...histories.ACTIVE, missing(1))
      .when(ask('start', 2))
      .thenTypes('InstanceStartRequested')
    const begun = given(...histories.ACTIVE, missing(1), ...state).state
    expect(operationSubject(begun, operationId(2))).toMatchObject({ missing: true, port: facts.endpoint.port })
  })

  it('is MISSING again when it could not be brought back', () => {
    const [requested] = given(...histories.ACTIVE, missing(1))
      .when(ask('start', 2))
      .thenTypes('InstanceStartRequested')
    if (!requested) throw new Error('the start was not requested')
    const [failed] = given(...histories.ACTIVE, missing(1), requested)
      .when(fail(2, 'start', true))
      .thenTypes('InstanceOperationFailed')
    expect(failed).toMatchObject({ data: { status: 'MISSING' } })
  })

  it('can be deleted, but not restarted', () => {
    given(...histories.ACTIVE, missing(1))
      .when(ask('delete', 2))
      .thenTypes('InstanceDeletionRequested')
    given(...histories.ACTIVE, missing(1))
      .when(ask('restart', 2))
      .thenRejected('INVALID_STATE')
  })

  it('is ACTIVE again as soon as its host has it again', () => {
    const state = given(...histories.ACTIVE, missing(1))
      .when(found())
      .thenEvents({
        type: 'InstanceReconciled',
        data: { status: 'ACTIVE', health: 'HEALTHY', reason: 'its host has it again', epoch: 1, generation: 0 },
      })
    expect(state).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
  })
})

describe('an instance of which its host knows more than the log', () => {
  it('is STOPPED when its host was told later to stop it, and the next epoch is above all its host has seen', () => {
    const [event] = given(...histories.ACTIVE)
      .when(found({ running: false, epoch: 9, generation: 4 }))
      .thenTypes('InstanceReconciled')
    expect(event).toMatchObject({ data: { status: 'STOPPED', epoch: 9, generation: 4 } })
    if (!event) throw new Error('it was not reconciled')
    const [started] = given(...histories.ACTIVE, event)
      .when(ask('start', 2))
      .thenTypes('InstanceStartRequested')
    expect(started).toMatchObject({ data: { epoch: 11 } })
  })

  it('is ACTIVE when its host was told later to start it', () => {
    const [event] = given(...histories.STOPPED)
      .when(found({ epoch: 7 }))
      .thenTypes('InstanceReconciled')
    expect(event).toMatchObject({ data: { status: 'ACTIVE' } })
  })

  it('is ACTIVE, with its endpoint, when the log has lost that its provisioning succeeded', () => {
    const events = given(...histories['FAILED without data'])
      .when(found({ epoch: 3 }))
      .thenTypes('InstanceReconciled', 'InstanceEndpointChanged')
    expect(events).toMatchObject([{ data: { status: 'ACTIVE' } }, { data: facts }])
  })

  it('is left as it is where the host has seen nothing later: an operation that failed may be under way there', () => {
    given(...histories['FAILED without data'])
      .when(found({ epoch: 2 }))
      .thenNothing()
    given(...histories.ACTIVE)
      .when(found({ running: false, epoch: 2 }))
      .thenNothing()
  })

  it('is not believed to another host, nor after it was deleted', () => {
    const elsewhere = { ...found({ epoch: 9 }), hostId: hostId(2) } as InstanceCommand
    given(...histories.STOPPED)
      .when(elsewhere)
      .thenNothing()
    given(...histories.DELETING, deleted(2))
      .when(found({ epoch: 9 }))
      .thenNothing()
  })
})

describe('an endpoint that follows from the configuration of the host', () => {
  it('is told again when it is another', () => {
    const endpoint = { host: 'db.example.org', port: 15_433 }
    const state = given(...histories.ACTIVE)
      .when(found({ endpoint, caCertificate: 'two authorities' }))
      .thenEvents({ type: 'InstanceEndpointChanged', data: { endpoint, caCertificate: 'two authorities' } })
    expect(state).toMatchObject({ status: 'ACTIVE', endpoint, caCertificate: 'two authorities' })
  })

  it('is no news while it is the same', () => {
    given(...histories.ACTIVE)
      .when(found())
      .thenNothing()
  })
})

describe('numbers that the host has seen', () => {
  const raise = (epoch: number, generation = 0): InstanceCommand => ({
    type: 'RaiseNumbers',
    nodeId: nodeId(),
    hostId: hostId(),
    epoch,
    generation,
  })

  it('go before those of the log, also while an operation is in progress', () => {
    const state = given(...histories.STOPPING)
      .when(raise(12, 5))
      .thenEvents({ type: 'InstanceNumbersRaised', data: { epoch: 12, generation: 5 } })
    expect(state).toMatchObject({ status: 'STOPPING', seenEpoch: 12, generation: 5 })
  })

  it('are no news when the log is at least as far, or they are of what undid the last operation', () => {
    given(...histories.STOPPING)
      .when(raise(3))
      .thenNothing()
    given(...histories.STOPPING)
      .when(raise(4))
      .thenNothing()
  })
})
