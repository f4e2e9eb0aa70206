import { describe, expect, it } from 'vitest'
import {
  type InstanceCommand,
  type InstanceEvent,
  instance,
  instanceEvents,
} from '../../../../domain/instance/index.ts'
import { reactions } from '../../../../domain/reactions/reactions.ts'
import { specOf } from '../../../support/spec.ts'
import { at, fault, hostId, instanceId, operationId, projectId, resources, spec } from '../samples.ts'
import { complete, fail, histories } from './history.ts'

const { given } = specOf(instance, instanceEvents)
const grow = (volumeGiB: number, ordinal: number): InstanceCommand => ({
  type: 'RequestOperation',
  kind: 'grow',
  wish: { volumeGiB },
  operationId: operationId(ordinal),
  deadline: at(1000 * ordinal),
})
const restart = (ordinal: number): InstanceCommand => ({
  type: 'RequestOperation',
  kind: 'restart',
  wish: {},
  operationId: operationId(ordinal),
  deadline: at(1000 * ordinal),
})
const requested = (ordinal: number): InstanceEvent => ({
  type: 'InstanceVolumeGrowthRequested',
  data: { operationId: operationId(ordinal), epoch: 2 * ordinal - 1, deadline: at(1000 * ordinal), volumeGiB: 4 },
})
const growing = [...histories.ACTIVE, requested(2)]
const stateAfter = (events: readonly InstanceEvent[]) => events.reduce(instance.evolve, instance.initial)

describe('the growth of a volume', () => {
  it.each(['ACTIVE', 'STOPPED', 'FAILED'] as const)(
    'is taken up when the instance is %s, which it is again after',
    (situation) => {
      const ordinal = situation === 'STOPPED' ? 3 : situation === 'FAILED' ? 3 : 2
      const history = histories[situation]
      given(...history)
        .when(grow(4, ordinal))
        .thenEvents(requested(ordinal))
      given(...history, requested(ordinal))
        .when(complete(ordinal, 'grow'))
        .thenEvents({
          type: 'InstanceVolumeGrown',
          data: { operationId: operationId(ordinal), volumeGiB: 4, status: situation },
        })
    },
  )

  it('is refused to a size that the volume has', () => {
    given(...histories.ACTIVE)
      .when(grow(2, 2))
      .thenRejected('INVALID_INPUT', { field: 'volumeGiB' })
  })

  it.each(['STARTING', 'DELETED', 'FAILED without data'] as const)(
    'is refused when the instance is %s',
    (situation) => {
      const decision = instance.decide(grow(4, 9), stateAfter(histories[situation]))
      expect(decision.outcome).toBe('rejected')
    },
  )

  it('leaves the instance where it was when it fails, certain of the size unless its host did not answer', () => {
    const failed = (certain: boolean, code: string): InstanceEvent => ({
      type: 'InstanceVolumeGrowthFailed',
      data: { operationId: operationId(2), fault: { ...fault, code }, certain, status: 'ACTIVE' },
    })
    const failing = (code: string): InstanceCommand =>
      ({ ...fail(2, 'grow', false), fault: { ...fault, code } }) as InstanceCommand
    given(...growing)
      .when(failing('DISK_FULL'))
      .thenEvents(failed(true, 'DISK_FULL'))
    given(...growing)
      .when(failing('DEADLINE_EXCEEDED'))
      .thenEvents(failed(false, 'DEADLINE_EXCEEDED'))

    const holding = (volumeGiB: number) => {
      const held = { instanceId: instanceId(), resources: { ...resources, volumeGiB } }
      return [
        { target: 'project', id: projectId, command: { type: 'CommitQuota', projectId, name: 'shop', ...held } },
        { target: 'host', id: hostId(), command: { type: 'ConfirmClaim', hostId: hostId(), ...held } },
      ]
    }
    const undone = failed(true, 'DISK_FULL')
    expect(reactions.to(undone, stateAfter([...growing, undone])).slice(1)).toEqual(holding(spec.volumeGiB))
    const uncertain = failed(false, 'DEADLINE_EXCEEDED')
    expect(reactions.to(uncertain, stateAfter([...growing, uncertain])).slice(1)).toEqual(holding(4))
    const later = given(...growing, uncertain)
      .when(restart(3))
      .thenTypes('InstanceRestartRequested')
    const done = given(...growing, uncertain, ...later)
      .when(complete(3, 'restart'))
      .thenTypes('InstanceRestarted', 'InstanceHealthChanged')
    const state = stateAfter([...growing, uncertain, ...later, ...done])
    expect(state.status !== 'ABSENT' && state.held.volumeGiB).toBe(4)
  })

  it('counts the larger volume from the request on', () => {
    const state = stateAfter(growing)
    expect(state.status !== 'ABSENT' && state.held.volumeGiB).toBe(4)
  })
})
