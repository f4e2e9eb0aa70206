import { describe, expect, it } from 'vitest'
import { parseFlavorId } from '../../../../domain/ids.ts'
import {
  type InstanceCommand,
  type InstanceEvent,
  instance,
  instanceEvents,
  operationSubject,
} from '../../../../domain/instance/index.ts'
import type { StepResults } from '../../../../domain/operation/process.ts'
import { reactions } from '../../../../domain/reactions/reactions.ts'
import { specOf } from '../../../support/spec.ts'
import { at, fault, hostId, instanceId, operationId, projectId, resources, spec } from '../samples.ts'
import { complete, histories } from './history.ts'

const { given } = specOf(instance, instanceEvents)
const medium = { flavor: parseFlavorId('medium'), vcpus: 2, memoryMiB: 1024 }
const nothing = { flavor: null, vcpus: null, memoryMiB: null, volumeGiB: null }
const present = { flavor: spec.flavor, ...resources }
type Wish = Partial<Extract<InstanceCommand, { readonly kind: 'resize'; readonly wish: unknown }>['wish']>

const ask = (wish: Wish, ordinal = 2): InstanceCommand => ({
  type: 'RequestOperation',
  kind: 'resize',
  wish: { ...nothing, ...wish },
  operationId: operationId(ordinal),
  deadline: at(1000 * ordinal),
})
const requested = (size: Wish, ordinal = 2): InstanceEvent =>
  ({
    type: 'InstanceResizeRequested',
    data: {
      ...{ operationId: operationId(ordinal), epoch: 2 * ordinal - 1, deadline: at(1000 * ordinal) },
      ...{ ...present, ...size },
    },
  }) as InstanceEvent
const both = { ...medium, volumeGiB: 4 }
const resizing = [...histories.ACTIVE, requested(both)]
const stateAfter = (events: readonly InstanceEvent[]) => events.reduce(instance.evolve, instance.initial)
const knownAfter = (events: readonly InstanceEvent[]) => {
  const state = stateAfter(events)
  if (state.status === 'ABSENT') throw new Error('it is there')
  return state
}
const end = (results: StepResults): InstanceCommand => ({
  type: 'CompleteOperation',
  operationId: operationId(2),
  kind: 'resize',
  results,
})
const fail = (compensated: boolean, results: StepResults = {}): InstanceCommand => ({
  type: 'FailOperation',
  ...{ operationId: operationId(2), kind: 'resize', fault, results, compensated, undoneTo: null },
})
const failed = (data: { certain: boolean; volumeGiB: number | null; status: 'ACTIVE' | 'FAILED' }): InstanceEvent => ({
  type: 'InstanceResizeFailed',
  data: { operationId: operationId(2), fault, ...data },
})
/** What both ledgers are told after the last of these events. */
const holding = (events: readonly InstanceEvent[]) => {
  const last = events.at(-1)
  const held = last ? reactions.to(last, stateAfter(events)) : []
  return held.flatMap((effect) =>
    'command' in effect && 'resources' in effect.command ? [effect.command.resources] : [],
  )
}

describe('another size of an instance', () => {
  it.each(['ACTIVE', 'STOPPED', 'FAILED'] as const)(
    'is taken up when it is %s, which it is again after',
    (situation) => {
      const ordinal = situation === 'ACTIVE' ? 2 : 3
      const history = histories[situation]
      given(...history)
        .when(ask(both, ordinal))
        .thenEvents(requested(both, ordinal))
      given(...history, requested(both, ordinal))
        .when({ ...end({}), operationId: operationId(ordinal) } as InstanceCommand)
        .thenEvents({
          type: 'InstanceResized',
          data: { operationId: operationId(ordinal), ...both, status: situation },
        })
    },
  )

  it('may be another flavor alone or another volume alone: all else stays', () => {
    given(...histories.ACTIVE)
      .when(ask(medium))
      .thenEvents(requested(medium))
    given(...histories.ACTIVE)
      .when(ask({ volumeGiB: 4 }))
      .thenEvents(requested({ volumeGiB: 4 }))
  })

  it('is refused where the volume would shrink, and where it has that size', () => {
    given(...histories.ACTIVE)
      .when(ask({ ...medium, volumeGiB: 1 }))
      .thenRejected('INVALID_INPUT', { field: 'volumeGiB', details: { volumeGiB: 2 } })
    const { message } = given(...histories.ACTIVE)
      .when(ask({ ...present }))
      .thenRejected('INVALID_INPUT')
    expect(message).toBe('the instance has that size: flavor small and a volume of 2 GiB')
  })

  it.each(['STARTING', 'DELETED', 'FAILED without data'] as const)('is refused when it is %s', (situation) => {
    expect(instance.decide(ask(both, 9), stateAfter(histories[situation])).outcome).toBe('rejected')
  })

  it('is told to its process with the size that it had', () => {
    const subject = operationSubject(stateAfter(resizing), operationId(2))
    expect(subject).toMatchObject({ spec: { ...spec, ...both }, formerSpec: spec })
  })

  it('has of each resource the larger held while it is in progress, and then what it is', () => {
    const smaller = { flavor: parseFlavorId('tiny'), vcpus: 1, memoryMiB: 256, volumeGiB: 4 }
    const shrinking = [...histories.ACTIVE, requested(smaller)]
    expect(holding(shrinking)).toEqual([
      { ...resources, volumeGiB: 4 },
      { ...resources, volumeGiB: 4 },
    ])
    const done: InstanceEvent = {
      type: 'InstanceResized',
      data: { operationId: operationId(2), ...smaller, status: 'ACTIVE' },
    }
    const after = { vcpus: 1, memoryMiB: 256, volumeGiB: 4 }
    expect(holding([...shrinking, done])).toEqual([after, after])
    expect(knownAfter([...shrinking, done])).toMatchObject({ status: 'ACTIVE', spec: smaller, held: after })
  })

  it('has the volume that its host tells of, which may be larger than it was asked for', () => {
    given(...resizing)
      .when(end({ volume: { volumeGiB: 5 } }))
      .thenEvents({
        type: 'InstanceResized',
        data: { operationId: operationId(2), ...both, volumeGiB: 5, status: 'ACTIVE' },
      })
  })

  it('is what it was when the operation was undone, but for a volume that has grown', () => {
    given(...resizing)
      .when(fail(true))
      .thenEvents(failed({ certain: true, volumeGiB: null, status: 'ACTIVE' }))
    const grown = failed({ certain: true, volumeGiB: 4, status: 'ACTIVE' })
    given(...resizing)
      .when(fail(true, { 'volume-back': { volumeGiB: 4 } }))
      .thenEvents(grown)
    const state = knownAfter([...resizing, grown])
    expect(state.spec).toEqual({ ...spec, volumeGiB: 4 })
    expect(state.held).toEqual({ ...resources, volumeGiB: 4 })
    expect(holding([...resizing, failed({ certain: true, volumeGiB: null, status: 'ACTIVE' })])).toEqual([
      resources,
      resources,
    ])
  })

  it('stays held in full where its host has not said what it has, also after other operations', () => {
    const uncertain = failed({ certain: false, volumeGiB: null, status: 'FAILED' })
    given(...resizing)
      .when(fail(false))
      .thenEvents(uncertain)
    const most = { vcpus: 2, memoryMiB: 1024, volumeGiB: 4 }
    expect(holding([...resizing, uncertain])).toEqual([most, most])
    const restart: InstanceCommand = {
      type: 'RequestOperation',
      ...{ kind: 'restart', wish: {}, operationId: operationId(3), deadline: at(3000) },
    }
    const later = given(...resizing, uncertain)
      .when(restart)
      .thenTypes('InstanceRestartRequested')
    const done = given(...resizing, uncertain, ...later)
      .when(complete(3, 'restart'))
      .thenTypes('InstanceRestarted', 'InstanceHealthChanged')
    expect(knownAfter([...resizing, uncertain, ...later, ...done])).toMatchObject({ spec, held: most })
  })

  it('leaves an engine that serves as it is where only the volume is not certain', () => {
    given(...histories.ACTIVE, requested({ volumeGiB: 4 }))
      .when(fail(false))
      .thenEvents(failed({ certain: false, volumeGiB: null, status: 'ACTIVE' }))
  })

  it('is told to both ledgers by the instance', () => {
    const [project, host] = reactions.to(resizing.at(-1) as never, stateAfter(resizing))
    expect(project).toMatchObject({ target: 'project', id: projectId, command: { type: 'CommitQuota' } })
    expect(host).toMatchObject({ target: 'host', id: hostId(), command: { instanceId: instanceId() } })
  })
})
