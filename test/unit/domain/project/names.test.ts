import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import type { LapsedHold } from '../../../../domain/project/commands.ts'
import { type ProjectCommand, type ProjectEvent, project, projectEvents } from '../../../../domain/project/index.ts'
import { specOf } from '../../../support/spec.ts'
import { at, instanceId, operationId, projectId, resources } from '../samples.ts'

const { given } = specOf(project, projectEvents)

const limits = { instances: 100, vcpus: 100, memoryMiB: 100_000, volumeGiB: 1000 }
const of = (ordinal: number, name: string) => ({ projectId, instanceId: instanceId(ordinal), name })
const reserve = (ordinal: number, name: string, now = 0, refusedBy?: LapsedHold): ProjectCommand => ({
  type: 'ReserveQuota',
  ...of(ordinal, name),
  operationId: operationId(ordinal),
  refusedBy,
  resources,
  now: at(now),
  expiresAt: at(now + 60),
  defaultLimits: limits,
})
const hold = (ordinal: number, name: string, now = 0, refusedBy?: LapsedHold): ProjectCommand => ({
  type: 'HoldName',
  ...of(ordinal, name),
  refusedBy,
  now: at(now),
  heldUntil: at(now + 60),
})
const lapsed = (ordinal: number, second = 60) => ({ instanceId: instanceId(ordinal), heldUntil: at(second) })
const confirm = (ordinal: number, name: string): ProjectCommand => ({ type: 'ConfirmName', ...of(ordinal, name) })
const drop = (ordinal: number, name: string): ProjectCommand => ({ type: 'ReleaseName', ...of(ordinal, name) })
const unused = (ordinal: number): ProjectCommand => ({
  type: 'ReleaseReservation',
  projectId,
  instanceId: instanceId(ordinal),
  operationId: operationId(ordinal),
})
const releaseQuota = (ordinal: number, reason: 'DELETED' | 'FAILED'): ProjectCommand => ({
  type: 'ReleaseQuota',
  projectId,
  instanceId: instanceId(ordinal),
  reason,
})
const held = (ordinal: number, name: string, now = 0): ProjectEvent => ({
  type: 'ProjectNameHeld',
  data: { ...of(ordinal, name), heldUntil: at(now + 60) },
})
const confirmed = (ordinal: number, name: string): ProjectEvent => ({
  type: 'ProjectNameConfirmed',
  data: of(ordinal, name),
})
const released = (ordinal: number, name: string): ProjectEvent => ({
  type: 'ProjectNameReleased',
  data: of(ordinal, name),
})

describe('the name of an instance', () => {
  it('is refused while another has it, with the id of that one', () => {
    const { message } = given(held(1, 'shop'), confirmed(1, 'shop'))
      .when(reserve(2, 'shop'))
      .thenRejected('ALREADY_EXISTS', { field: 'name', details: { instanceId: instanceId(1) } })
    expect(message).toContain(instanceId(1))
    given(held(1, 'shop'))
      .when(hold(2, 'shop', 59))
      .thenRejected('ALREADY_EXISTS')
  })

  it('is the same in every way of writing the same letters', () => {
    given(confirmed(1, 'caf\u00e9')).when(hold(2, 'cafe\u0301')).thenRejected('ALREADY_EXISTS')
  })

  it.each(['constructor', '__proto__', 'a', '7f'])('may be %s', (name) => {
    given().when(hold(1, name)).thenEvents(held(1, name))
    given(confirmed(1, name)).when(hold(2, name)).thenRejected('ALREADY_EXISTS')
    given(confirmed(1, name), released(1, name)).when(hold(2, name)).thenEvents(held(2, name))
  })

  it('is free when it was held for nothing, once the other was told that it does not get it any more', () => {
    given(held(1, 'shop'))
      .when(hold(2, 'shop', 60))
      .thenRejected('ALREADY_EXISTS', { details: { instanceId: instanceId(1), heldUntil: at(60) } })
    for (const ask of [hold, reserve]) {
      given(held(1, 'shop'))
        .when(ask(2, 'shop', 60, lapsed(1, 61)))
        .thenRejected('ALREADY_EXISTS')
      given(held(1, 'shop'))
        .when(ask(2, 'shop', 59, lapsed(1)))
        .thenRejected('ALREADY_EXISTS')
    }
    given(held(1, 'shop'))
      .when(hold(2, 'shop', 60, lapsed(1)))
      .thenEvents(held(2, 'shop', 60))
    given(held(1, 'shop')).when(drop(1, 'shop')).thenEvents(released(1, 'shop'))
    given(held(1, 'shop')).when(unused(1)).thenEvents(released(1, 'shop'))
  })

  it('stays with an instance that failed, and is free when that is deleted', () => {
    given(confirmed(1, 'shop')).when(releaseQuota(1, 'FAILED')).thenNothing()
    given(confirmed(1, 'shop')).when(releaseQuota(1, 'DELETED')).thenEvents(released(1, 'shop'))
  })

  it('changes: the old one is kept until the new one is there', () => {
    const renaming = [confirmed(1, 'old'), held(1, 'new')]
    given(...renaming)
      .when(hold(2, 'old'))
      .thenRejected('ALREADY_EXISTS')
    given(...renaming)
      .when(confirm(1, 'new'))
      .thenEvents(confirmed(1, 'new'))
    given(...renaming, confirmed(1, 'new'))
      .when(hold(2, 'old'))
      .thenEvents(held(2, 'old'))
    given(...renaming)
      .when(drop(1, 'new'))
      .thenEvents(released(1, 'new'))
    given(confirmed(1, 'old')).when(drop(1, 'old')).thenNothing()
  })

  it('that the instance has can be held for it to come back to, and is kept so when another was confirmed meanwhile', () => {
    const back = [confirmed(1, 'old'), held(1, 'new'), held(1, 'old'), confirmed(1, 'new')]
    given(...back)
      .when(hold(2, 'old', 59))
      .thenRejected('ALREADY_EXISTS')
    given(...back)
      .when(hold(2, 'old', 60, lapsed(1)))
      .thenEvents(held(2, 'old', 60))
    given(confirmed(1, 'old'), held(1, 'old'))
      .when(hold(2, 'old', 61))
      .thenRejected('ALREADY_EXISTS')
    given(confirmed(1, 'old'), held(1, 'old')).when(drop(1, 'old')).thenEvents(confirmed(1, 'old'))
  })

  it('written in another way stays the one that the instance has', () => {
    given(confirmed(1, 'caf\u00e9'), held(1, 'cafe\u0301'))
      .when(hold(2, 'caf\u00e9', 61))
      .thenRejected('ALREADY_EXISTS')
  })

  it('is held anew when the same instance asks again, and stays held while it asks for another', () => {
    given(held(1, 'shop'))
      .when(hold(1, 'shop', 70))
      .thenEvents(held(1, 'shop', 70))
    given(held(1, 'shop'))
      .when(hold(1, 'other', 70))
      .thenEvents(held(1, 'other', 70))
  })

  it('is not taken away from another that got it meanwhile', () => {
    given(held(1, 'shop'), held(2, 'shop', 60))
      .when(confirm(1, 'shop'))
      .thenNothing()
  })

  it('is never that of two instances, whatever is asked for in whatever order', () => {
    const command = fc.oneof(
      ...[reserve, hold, confirm, drop].map((make) =>
        fc
          .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 200 }))
          .map(([ordinal, name, now]) => make(ordinal, name, now)),
      ),
      fc.integer({ min: 1, max: 4 }).map((ordinal) => releaseQuota(ordinal, 'DELETED')),
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        let state = project.initial
        const owner = new Map<string, string>()
        for (const each of commands) {
          const decision = project.decide(each, state)
          if (decision.outcome === 'rejected') continue
          state = fold(project, decision.events, state)
          for (const { type, data } of decision.events) {
            if (type === 'ProjectNameReleased' && owner.get(data.name) === data.instanceId) owner.delete(data.name)
            if (type !== 'ProjectNameConfirmed') continue
            for (const [name, id] of owner) if (id === data.instanceId) owner.delete(name)
            expect(owner.get(data.name) ?? data.instanceId).toBe(data.instanceId)
            owner.set(data.name, data.instanceId)
          }
        }
      }),
    )
  })
})
