import { describe, expect, it } from 'vitest'
import {
  type InstanceCommand,
  type InstanceEvent,
  instance,
  instanceEvents,
  operationSubject,
} from '../../../../domain/instance/index.ts'
import { sealedSchema } from '../../../../domain/values/instance-spec.ts'
import { specOf } from '../../../support/spec.ts'
import { at, backupId, databases, hostId, instanceId, nodeId, operationId, projectId, spec, users } from '../samples.ts'
import {
  complete,
  deleted,
  deletionRequested,
  fail,
  healthy,
  histories,
  operationFailed,
  provisioned,
  provisioningFailed,
  requested,
  restarted,
  restartRequested,
  type Situation,
  started,
  startRequested,
  stopped,
  stopRequested,
} from './history.ts'

const { given } = specOf(instance, instanceEvents)

const stoppedHealth: InstanceEvent = {
  type: 'InstanceHealthChanged',
  data: { health: 'UNKNOWN', reason: 'the engine was stopped as asked' },
}
const sick: InstanceEvent = { type: 'InstanceHealthChanged', data: { health: 'UNHEALTHY', reason: 'it swaps' } }

describe('an operation that succeeded', () => {
  it('makes the instance ACTIVE and healthy after provisioning', () => {
    const state = given(requested).when(complete(1, 'provision')).thenEvents(provisioned, healthy)
    expect(state).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
  })

  it('makes it ACTIVE after a restart, and says nothing of health that has not changed', () => {
    const state = given(requested, provisioned, healthy, restartRequested(2))
      .when(complete(2, 'restart'))
      .thenEvents(restarted(2))
    expect(state.status).toBe('ACTIVE')
  })

  it('makes it healthy after a restart when it was not', () => {
    given(requested, provisioned, sick, restartRequested(2))
      .when(complete(2, 'restart'))
      .thenEvents(restarted(2), healthy)
  })

  it('makes it STOPPED after a stop, with no health to speak of', () => {
    const state = given(requested, provisioned, healthy, ...histories.STOPPING.slice(2))
      .when(complete(2, 'stop'))
      .thenEvents(stopped(2), stoppedHealth)
    expect(state).toMatchObject({ status: 'STOPPED', health: 'UNKNOWN' })
  })

  it('makes it ACTIVE after a start', () => {
    const state = given(...histories.STARTING)
      .when(complete(3, 'start'))
      .thenEvents(started(3), healthy)
    expect(state.status).toBe('ACTIVE')
  })

  it('makes it DELETED after a deletion', () => {
    const state = given(...histories.DELETING)
      .when(complete(2, 'delete'))
      .thenEvents(deleted(2))
    expect(state.status).toBe('DELETED')
  })

  it('cannot complete a provisioning without an endpoint to offer', () => {
    const command = { type: 'CompleteOperation', operationId: operationId(1), kind: 'provision', results: {} } as const
    given(requested).when(command).thenRejected('INVALID_INPUT', { field: 'results' })
  })
  it('names the operation whose steps have not told enough', () => {
    const absent = { scheduleId: null, thenDelete: false }
    const wish = { backupId: backupId(), name: 'nightly', sealedKey: sealedSchema.parse('1.sealed'), ...absent }
    const backupRequested: InstanceEvent = {
      type: 'InstanceBackupRequested',
      data: { operationId: operationId(2), epoch: 1, deadline: at(900), ...wish },
    }
    given(requested, provisioned, backupRequested)
      .when({ type: 'CompleteOperation', operationId: operationId(2), kind: 'backup', results: {} })
      .thenRejected('INVALID_INPUT', {
        message: `operation ${operationId(2)} (backup) cannot complete: its steps have not told all that is recorded of it`,
      })
  })
})

describe('an operation that failed', () => {
  it('makes the instance FAILED without data when it was the provisioning, undone or not', () => {
    for (const compensated of [true, false]) {
      const state = given(requested)
        .when(fail(1, 'provision', compensated))
        .thenEvents(provisioningFailed)
      expect(state).toMatchObject({ status: 'FAILED', dataKept: false })
    }
  })

  it.each([
    ['RESTARTING', 2, 'restart', 'ACTIVE'],
    ['STOPPING', 2, 'stop', 'ACTIVE'],
    ['STARTING', 3, 'start', 'STOPPED'],
    ['DELETING', 2, 'delete', 'ACTIVE'],
  ] as const)('and was undone takes one that was %s back to where it was', (situation, ordinal, kind, before) => {
    const state = given(...histories[situation])
      .when(fail(ordinal, kind, true))
      .thenEvents(operationFailed(ordinal, before))
    expect(state.status).toBe(before)
  })

  it.each([
    ['RESTARTING', 2, 'restart', true],
    ['STOPPING', 2, 'stop', true],
    ['STARTING', 3, 'start', true],
    ['DELETING', 2, 'delete', false],
  ] as const)('and was not undone makes one that was %s FAILED', (situation, ordinal, kind, dataKept) => {
    const state = given(...histories[situation])
      .when(fail(ordinal, kind, false))
      .thenEvents(operationFailed(ordinal, 'FAILED'))
    expect(state).toMatchObject({ status: 'FAILED', dataKept })
  })

  it('leaves one that was FAILED before FAILED when nothing was begun, as nobody has queried it since', () => {
    given(...histories.FAILED, restartRequested(3))
      .when(fail(3, 'restart', true))
      .thenEvents(operationFailed(3, 'FAILED'))
  })

  it.each(['restart', 'stop'] as const)('makes it ACTIVE when undoing a %s has verified that it serves', (kind) => {
    const asked = kind === 'restart' ? restartRequested(3) : stopRequested(3)
    const state = given(...histories.FAILED, asked)
      .when(fail(3, kind, true, 'ACTIVE'))
      .thenEvents(operationFailed(3, 'ACTIVE'), healthy)
    expect(state).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
  })

  it('makes it STOPPED when undoing a start has verified that it does not run', () => {
    const state = given(...histories.FAILED, sick, startRequested(3))
      .when(fail(3, 'start', true, 'STOPPED'))
      .thenEvents(operationFailed(3, 'STOPPED'), stoppedHealth)
    expect(state).toMatchObject({ status: 'STOPPED', health: 'UNKNOWN' })
  })
})

describe('news of an operation that is not in progress', () => {
  it.each(Object.keys(histories) as Situation[])('changes nothing of an instance that is %s', (situation) => {
    given(...histories[situation])
      .when(complete(9, 'restart'))
      .thenNothing()
    given(...histories[situation])
      .when(fail(9, 'restart', false))
      .thenNothing()
  })

  it('changes nothing when the operation has ended already', () => {
    given(requested, provisioned)
      .when(fail(1, 'provision', true))
      .thenNothing()
    given(requested, provisioned).when(complete(1, 'provision')).thenNothing()
  })
})

describe('health', () => {
  const report: InstanceCommand = {
    type: 'ReportHealth',
    nodeId: nodeId(),
    hostId: hostId(),
    health: 'UNHEALTHY',
    reason: 'it swaps',
    epoch: 1,
  }

  it('that is good again ends FAILED, and its fault', () => {
    const back = { health: 'HEALTHY', reason: 'the engine answers' } as const
    const state = given(...histories.FAILED, sick)
      .when({ type: 'ReportHealth', nodeId: nodeId(), hostId: hostId(), ...back, epoch: 3 })
      .thenEvents({ type: 'InstanceReconciled', data: { status: 'ACTIVE', ...back, epoch: 3, generation: 1 } })
    expect(state).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
  })

  it('that its host told before it heard of the operation that failed does not end FAILED', () => {
    const before = { health: 'HEALTHY', reason: 'the engine answers', epoch: 2 } as const
    const state = given(...histories.FAILED, sick)
      .when({ type: 'ReportHealth', nodeId: nodeId(), hostId: hostId(), ...before })
      .thenTypes('InstanceHealthChanged')
    expect(state).toHaveLength(1)
  })

  it.each(['ACTIVE', 'RESTARTING', 'STOPPING', 'STARTING', 'DELETING', 'FAILED'] as const)(
    'that changes is noted when the instance is %s',
    (situation) => {
      given(...histories[situation])
        .when(report)
        .thenEvents(sick)
    },
  )

  it('that stays the same is noted when the volume has come to another stage', () => {
    const filling: InstanceEvent = {
      type: 'InstanceHealthChanged',
      data: { health: 'HEALTHY', reason: 'volume 81 % full (810 of 1000 MiB)', volumeStage: 'FILLING' },
    }
    const said: InstanceCommand = {
      type: 'ReportHealth',
      nodeId: nodeId(),
      hostId: hostId(),
      epoch: 1,
      ...filling.data,
    }
    given(...histories.ACTIVE, healthy)
      .when(said)
      .thenEvents(filling)
    given(...histories.ACTIVE, filling)
      .when(said)
      .thenEvents()
  })

  it('that stays the same is noted when something has happened to the engine, and when that is over', () => {
    const crashed: InstanceEvent = {
      type: 'InstanceHealthChanged',
      data: { health: 'HEALTHY', reason: 'it crashed and recovered', incident: 'it crashed and recovered' },
    }
    const over: InstanceEvent = {
      type: 'InstanceHealthChanged',
      data: { health: 'HEALTHY', reason: 'the engine answers', incident: null },
    }
    given(...histories.ACTIVE, healthy)
      .when({ type: 'ReportHealth', nodeId: nodeId(), hostId: hostId(), epoch: 1, ...crashed.data })
      .thenEvents(crashed)
    given(...histories.ACTIVE, crashed)
      .when({ type: 'ReportHealth', nodeId: nodeId(), hostId: hostId(), epoch: 1, ...over.data })
      .thenEvents(over)
    given(...histories.ACTIVE, crashed)
      .when({ type: 'ReportHealth', nodeId: nodeId(), hostId: hostId(), epoch: 1, ...crashed.data })
      .thenNothing()
  })

  it('is not called good after a start whose agent says that the volume is full', () => {
    const full: InstanceEvent = {
      type: 'InstanceHealthChanged',
      data: { health: 'UNHEALTHY', reason: 'volume 97 % full (974 of 1000 MiB)', volumeStage: 'FULL' },
    }
    given(...histories.STARTING, full)
      .when(complete(3, 'start'))
      .thenEvents(started(3))
  })

  it('that stays the same is not noted', () => {
    given(...histories.ACTIVE, sick)
      .when({ ...report, reason: 'still' })
      .thenNothing()
  })

  it.each(['ABSENT', 'PROVISIONING', 'STOPPED', 'DELETED', 'FAILED without data'] as const)(
    'is nobody’s concern when the instance is %s',
    (situation) => {
      given(...histories[situation])
        .when(report)
        .thenNothing()
    },
  )
})

describe('what a process is told of its instance', () => {
  const node = { nodeId: nodeId(), nodeGeneration: 1, hostId: hostId(), sealingKey: 1 }
  const common = { instanceId: instanceId(), projectId, ...node, name: 'shop', spec }

  it('is everything that was asked for when it is being provisioned', () => {
    expect(operationSubject(given(requested).state, operationId(1))).toEqual({
      ...common,
      generation: 0,
      epoch: 1,
      databases,
      users,
    })
  })

  it('has no accounts and passwords in it later', () => {
    const { state } = given(...histories.RESTARTING)
    expect(operationSubject(state, operationId(2))).toEqual({
      ...common,
      generation: 0,
      epoch: 3,
      databases: [],
      users: [],
    })
    expect(JSON.stringify(state)).not.toContain('c2VhbGVk')
  })

  it('is the generation before the operation, which grows with every restart that was asked for, whatever came of it', () => {
    const failedRestart = [restartRequested(2), operationFailed(2, 'ACTIVE')]
    const { state } = given(
      requested,
      provisioned,
      ...failedRestart,
      restartRequested(3),
      restarted(3),
      restartRequested(4),
    )
    expect(operationSubject(state, operationId(4))).toMatchObject({ generation: 2, epoch: 7 })
  })

  it('is the same generation when it is started after a stop', () => {
    const { state } = given(...histories.RESTARTING, restarted(2), stopRequested(3), stopped(3), startRequested(4))
    expect(operationSubject(state, operationId(4))).toMatchObject({ generation: 1 })
  })

  it.each(['ABSENT', 'ACTIVE', 'STOPPED', 'FAILED', 'DELETED'] as const)('is nothing when it is %s', (situation) => {
    expect(operationSubject(given(...histories[situation]).state, operationId(2))).toBeNull()
  })

  it('keeps an instance undone by a cancelled deletion whole', () => {
    const { state } = given(...histories.ACTIVE, deletionRequested(2), operationFailed(2, 'ACTIVE'))
    expect(state.status).toBe('ACTIVE')
  })
})
