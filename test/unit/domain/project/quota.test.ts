import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import { type ProjectCommand, type ProjectEvent, project, projectEvents } from '../../../../domain/project/index.ts'
import { eventsOf, handleInTurn, specOf } from '../../../support/spec.ts'
import { at, instanceId, operationId, projectId, resources } from '../samples.ts'

const { given } = specOf(project, projectEvents)

const limits = { instances: 3, vcpus: 4, memoryMiB: 4096, volumeGiB: 5 }

const reserve = (ordinal: number, now = 0): Extract<ProjectCommand, { type: 'ReserveQuota' }> => ({
  type: 'ReserveQuota',
  projectId,
  instanceId: instanceId(ordinal),
  name: `shop-${ordinal}`,
  resources,
  now: at(now),
  expiresAt: at(now + 60),
  defaultLimits: limits,
})
const commit = (ordinal: number, held = resources): ProjectCommand => ({
  type: 'CommitQuota',
  projectId,
  instanceId: instanceId(ordinal),
  name: `shop-${ordinal}`,
  resources: held,
})
const release = (ordinal: number): ProjectCommand => ({
  type: 'ReleaseQuota',
  projectId,
  instanceId: instanceId(ordinal),
  reason: 'DELETED',
})

const reserved = (ordinal: number, now = 0): ProjectEvent => ({
  type: 'QuotaReserved',
  data: { projectId, instanceId: instanceId(ordinal), resources, expiresAt: at(now + 60) },
})
const committed = (ordinal: number): ProjectEvent => ({
  type: 'QuotaCommitted',
  data: { projectId, instanceId: instanceId(ordinal), resources },
})
const named = (ordinal: number, now = 0): ProjectEvent => ({
  type: 'ProjectNameHeld',
  data: { projectId, instanceId: instanceId(ordinal), name: `shop-${ordinal}`, heldUntil: at(now + 60) },
})
const nameConfirmed = (ordinal: number): ProjectEvent => ({
  type: 'ProjectNameConfirmed',
  data: { projectId, instanceId: instanceId(ordinal), name: `shop-${ordinal}` },
})
const released = (ordinal: number, reason: 'DELETED' | 'EXPIRED'): ProjectEvent => ({
  type: 'QuotaReleased',
  data: { projectId, instanceId: instanceId(ordinal), reason },
})
const limitsSet: ProjectEvent = { type: 'ProjectQuotaSet', data: { projectId, limits: { ...limits, volumeGiB: 100 } } }

describe('reserving quota', () => {
  it('holds room until its time has passed', () => {
    const state = given().when(reserve(1)).thenEvents(reserved(1), named(1))
    expect(state.ledger.total).toEqual({ ...resources, instances: 1 })
  })

  it('is refused when there is not enough left, and says of what, how much there is, is used and was asked', () => {
    const { message } = given(reserved(1), committed(2))
      .when(reserve(3))
      .thenRejected('QUOTA_EXCEEDED', { details: { resource: 'volumeGiB', limit: 5, used: 4, asked: 2 } })
    expect(message).toBe(
      'project shop-team may hold 5 GiB of volume and holds 4: 2 GiB of volume more would exceed that',
    )
  })

  it('is refused when there are as many instances as there may be', () => {
    given(limitsSet, reserved(1), reserved(2), reserved(3))
      .when(reserve(4))
      .thenRejected('QUOTA_EXCEEDED', { details: { resource: 'instances', limit: 3, used: 3, asked: 1 } })
  })

  it('goes by what an admin has set, where one has', () => {
    given(limitsSet, committed(1), committed(2)).when(reserve(3)).thenEvents(reserved(3), named(3))
  })

  it('is possible up to the very limit', () => {
    given()
      .when({ ...reserve(1), resources: { vcpus: 4, memoryMiB: 4096, volumeGiB: 5 } })
      .thenTypes('QuotaReserved', 'ProjectNameHeld')
  })

  it('does nothing when the instance has the same reserved, or has it for good', () => {
    given(reserved(1)).when(reserve(1, 30)).thenNothing()
    given(reserved(1), committed(1)).when(reserve(1, 90)).thenNothing()
  })

  it('takes the place of an earlier reservation of other size, which counts no more', () => {
    const larger = { vcpus: 2, memoryMiB: 1024, volumeGiB: 5 }
    const state = given(reserved(1))
      .when({ ...reserve(1), resources: larger })
      .thenEvents(
        {
          type: 'QuotaReserved',
          data: { projectId, instanceId: instanceId(1), resources: larger, expiresAt: at(60) },
        },
        named(1),
      )
    expect(state.ledger.total).toEqual({ ...larger, instances: 1 })
  })
})

describe('a reservation whose time has passed', () => {
  it('counts no more and is released by the next one', () => {
    given(reserved(1), reserved(2))
      .when(reserve(3, 60))
      .thenEvents(released(1, 'EXPIRED'), released(2, 'EXPIRED'), reserved(3, 60), named(3, 60))
  })

  it('is made anew for the same instance', () => {
    given(reserved(1)).when(reserve(1, 61)).thenEvents(released(1, 'EXPIRED'), reserved(1, 61), named(1, 61))
  })

  it('counts until the moment it has passed', () => {
    given(reserved(1), reserved(2)).when(reserve(3, 59)).thenRejected('QUOTA_EXCEEDED')
  })
})

describe('committing quota', () => {
  it('holds a reservation for good', () => {
    given(reserved(1)).when(commit(1)).thenEvents(committed(1), nameConfirmed(1))
    given(reserved(1), committed(1), reserved(2))
      .when(reserve(3, 1000))
      .thenTypes('QuotaReleased', 'QuotaReserved', 'ProjectNameHeld')
  })

  it('holds even when the reservation is gone or was never there, as the instance exists', () => {
    given(reserved(1), released(1, 'EXPIRED')).when(commit(1)).thenEvents(committed(1), nameConfirmed(1))
    given().when(commit(1)).thenEvents(committed(1), nameConfirmed(1))
  })

  it('a second time does nothing', () => {
    given(reserved(1), committed(1)).when(commit(1)).thenNothing()
  })
})

describe('releasing quota', () => {
  it('frees what was reserved or committed', () => {
    given(reserved(1)).when(release(1)).thenEvents(released(1, 'DELETED'))
    const state = given(reserved(1), committed(1)).when(release(1)).thenEvents(released(1, 'DELETED'))
    expect(state.ledger.total).toEqual({ instances: 0, vcpus: 0, memoryMiB: 0, volumeGiB: 0 })
  })

  it('does nothing when nothing is held', () => {
    given().when(release(1)).thenNothing()
    given(reserved(1), released(1, 'DELETED')).when(release(1)).thenNothing()
  })
})

describe('setting the limits', () => {
  const set: ProjectCommand = { type: 'SetProjectQuota', projectId, limits: { ...limits, volumeGiB: 100 } }

  it('is noted, and noted once', () => {
    given().when(set).thenEvents(limitsSet)
    given(limitsSet).when(set).thenNothing()
  })

  it('below what is used takes nothing away, but gives nothing more', () => {
    const lowered: ProjectEvent = { type: 'ProjectQuotaSet', data: { projectId, limits: { ...limits, instances: 1 } } }
    const state = given(committed(1), committed(2), lowered).state
    expect(state.ledger.total.instances).toBe(2)
    given(committed(1), committed(2), lowered).when(reserve(3)).thenRejected('QUOTA_EXCEEDED')
  })
})

type Plan = readonly {
  readonly ordinal: number
  readonly act: 'reserve' | 'commit' | 'release'
  readonly size: number
  readonly afterSeconds: number
}[]

describe('quota under any interleaving', () => {
  const steps: fc.Arbitrary<Plan> = fc.array(
    fc.record({
      ordinal: fc.integer({ min: 1, max: 8 }),
      act: fc.constantFrom('reserve' as const, 'commit' as const, 'release' as const),
      size: fc.integer({ min: 1, max: 3 }),
      afterSeconds: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 60 },
  )

  /** As dispatch does it: only what was reserved a moment ago, or is committed, is committed. */
  const commandsOf = (plan: Plan): readonly ProjectCommand[] => {
    const commands: ProjectCommand[] = []
    let now = 0
    for (const { ordinal, act, size, afterSeconds } of plan) {
      now += afterSeconds
      const sized = { vcpus: size, memoryMiB: 512 * size, volumeGiB: size }
      if (act === 'reserve') commands.push({ ...reserve(ordinal, now), resources: sized })
      if (act === 'release') commands.push(release(ordinal))
      if (act === 'commit') {
        const { reservations } = fold(project, handleInTurn(project, commands)).ledger
        const reservation = reservations.find(
          ({ instanceId: id, expiresAt }) => id === instanceId(ordinal) && expiresAt > at(now),
        )
        if (reservation) commands.push(commit(ordinal, reservation.resources))
      }
    }
    return commands
  }

  it('is never exceeded', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const log = handleInTurn(project, commandsOf(plan))
        for (let length = 1; length <= log.length; length += 1) {
          const { total } = fold(project, log.slice(0, length)).ledger
          expect(total.instances).toBeLessThanOrEqual(limits.instances)
          expect(total.vcpus).toBeLessThanOrEqual(limits.vcpus)
          expect(total.volumeGiB).toBeLessThanOrEqual(limits.volumeGiB)
        }
      }),
    )
  })

  it('is the same when every command is sent twice', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const commands = commandsOf(plan)
        expect(
          handleInTurn(
            project,
            commands.flatMap((command) => [command, command]),
          ),
        ).toEqual(handleInTurn(project, commands))
      }),
    )
  })

  it('adds up to what the holdings are', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const log = handleInTurn(project, commandsOf(plan))
        const { ledger } = fold(project, log)
        const held = [
          ...ledger.reservations.map((reservation) => reservation.resources),
          ...ledger.commitments.flatMap((bucket) => Object.values(bucket)),
        ]
        expect(ledger.total).toEqual({
          instances: held.length,
          vcpus: held.reduce((sum, each) => sum + each.vcpus, 0),
          memoryMiB: held.reduce((sum, each) => sum + each.memoryMiB, 0),
          volumeGiB: held.reduce((sum, each) => sum + each.volumeGiB, 0),
        })
      }),
    )
  })

  it('is exact when a hundred creates that read the same revision try again until they are decided', () => {
    let log: readonly ProjectEvent[] = []
    const refused: number[] = []
    for (let ordinal = 1; ordinal <= 100; ordinal += 1) {
      const decision = project.decide(
        { ...reserve(ordinal), resources: { ...resources, volumeGiB: 1 } },
        fold(project, log),
      )
      if (decision.outcome === 'rejected') refused.push(ordinal)
      else log = [...log, ...eventsOf(decision)]
    }
    expect(log.filter(({ type }) => type === 'QuotaReserved')).toHaveLength(3)
    expect(refused).toHaveLength(97)
  })
})

describe('the volume that an instance holds', () => {
  const limits = { ...resources, instances: 1, volumeGiB: 4 }
  const of = (ordinal: number) => ({ projectId, instanceId: instanceId(), operationId: operationId(ordinal) })
  const more = (volumeGiB: number, ordinal = 1, now = 0): ProjectCommand => ({
    type: 'HoldMoreVolume',
    ...of(ordinal),
    volumeGiB,
    now: at(now),
    expiresAt: at(now + 60),
    defaultLimits: limits,
  })
  const settle = (volumeGiB: number, ordinal = 1): ProjectCommand => ({ type: 'HoldVolume', ...of(ordinal), volumeGiB })
  const unused = (ordinal = 1): ProjectCommand => ({ type: 'ReleaseMoreVolume', ...of(ordinal) })
  const held = (
    volumeGiB: number,
    growths?: readonly [ordinal: number, moreGiB: number][],
    from = 0,
  ): ProjectEvent => ({
    type: 'QuotaCommitted',
    data: {
      projectId,
      instanceId: instanceId(),
      resources: { ...resources, volumeGiB },
      ...(growths && {
        growths: growths.map(([ordinal, moreGiB]) => ({
          operationId: operationId(ordinal),
          moreGiB,
          expiresAt: at(from + 60),
        })),
      }),
    },
  })
  const size = resources.volumeGiB

  it('grows by the difference, within the limit for volumes alone', () => {
    given(held(size))
      .when(more(4))
      .thenEvents(held(4, [[1, 4 - size]]))
    given(held(size)).when(more(5)).thenRejected('QUOTA_EXCEEDED')
    given(held(size)).when(more(size)).thenNothing()
    given(held(4, [[1, 4 - size]]))
      .when(more(4))
      .thenNothing()
  })

  it('has what an operation holds of it until its time has passed, as others see then', () => {
    const holding = held(4, [[1, 4 - size]])
    const other = (now: number): ProjectCommand => ({
      ...reserve(9, now),
      resources: { vcpus: 0, memoryMiB: 0, volumeGiB: 1 },
      defaultLimits: { ...limits, instances: 2 },
    })
    given(holding).when(other(59)).thenRejected('QUOTA_EXCEEDED')
    given(holding).when(other(60)).thenTypes('QuotaCommitted', 'QuotaReserved', 'ProjectNameHeld')
    given(holding)
      .when(more(4, 2, 60))
      .thenEvents(held(size), held(4, [[2, 4 - size]], 60))
  })

  it('has it for good when the operation was requested, also when its time had passed', () => {
    given(held(4, [[1, 4 - size]]))
      .when(settle(4))
      .thenEvents(held(4))
    given(held(size)).when(settle(4)).thenEvents(held(4))
    given(held(4)).when(settle(4)).thenNothing()
  })

  it('has room for the largest that operations may make it, of which only one goes on', () => {
    const both = held(4, [
      [1, 2],
      [2, 1],
    ])
    given(held(4, [[1, 2]]))
      .when(more(3, 2))
      .thenEvents(both)
    given(both)
      .when(unused(1))
      .thenEvents(held(3, [[2, 1]]))
  })

  it('has it no more when the operation was not requested or has failed', () => {
    given(held(4, [[1, 2]]))
      .when(unused(1))
      .thenEvents(held(2))
    given(held(4)).when(unused(1)).thenNothing()
    given(held(4)).when(settle(size)).thenEvents(held(size))
  })
})
