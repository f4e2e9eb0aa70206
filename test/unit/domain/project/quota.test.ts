import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import { type ProjectCommand, type ProjectEvent, project, projectEvents } from '../../../../domain/project/index.ts'
import { committedIds, holdingOf } from '../../../../domain/values/ledger.ts'
import { noResources } from '../../../../domain/values/resources.ts'
import { eventsOf, handleInTurn, specOf } from '../../../support/spec.ts'
import { at, instanceId, operationId, projectId, resources } from '../samples.ts'

const { given } = specOf(project, projectEvents)

const limits = { instances: 3, vcpus: 4, memoryMiB: 4096, volumeGiB: 5 }

const reserve = (ordinal: number, now = 0): Extract<ProjectCommand, { type: 'ReserveQuota' }> => ({
  type: 'ReserveQuota',
  projectId,
  instanceId: instanceId(ordinal),
  operationId: operationId(ordinal),
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
          ({ holder, expiresAt }) => holder === instanceId(ordinal) && expiresAt > at(now),
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
          // With what is held beside the commitment, for an operation that makes more of it.
          ...committedIds(ledger).map((id) => holdingOf(ledger, id)?.resources ?? noResources),
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

describe('what an instance holds already', () => {
  const limits = { instances: 1, vcpus: 2, memoryMiB: 2048, volumeGiB: 4 }
  const of = (ordinal: number) => ({ projectId, instanceId: instanceId(), operationId: operationId(ordinal) })
  type Wanted = Partial<typeof resources>
  const more = (wanted: Wanted, ordinal = 1, now = 0): ProjectCommand => ({
    ...reserve(1, now),
    ...of(ordinal),
    name: null,
    resources: { ...resources, ...wanted },
    defaultLimits: limits,
  })
  const settle = (wanted: Wanted, ordinal = 1): ProjectCommand => ({
    type: 'CommitQuota',
    ...of(ordinal),
    name: 'shop-1',
    resources: { ...resources, ...wanted },
  })
  const unused = (ordinal = 1): ProjectCommand => ({ type: 'ReleaseReservation', ...of(ordinal) })
  const held = (wanted: Wanted = {}): ProjectEvent => ({
    type: 'QuotaCommitted',
    data: { projectId, instanceId: instanceId(), resources: { ...resources, ...wanted } },
  })
  /** The instance has what it was made with, and until a minute after `from` what operations may bring it to. */
  const holding = (all: Wanted, increases: Readonly<Record<number, Wanted>>, from = 0): ProjectEvent => ({
    type: 'QuotaCommitted',
    data: {
      projectId,
      instanceId: instanceId(),
      resources: { ...resources, ...all },
      committed: resources,
      increases: Object.entries(increases).map(([ordinal, wanted]) => ({
        operationId: operationId(Number(ordinal)),
        resources: { ...resources, ...wanted },
        expiresAt: at(from + 60),
      })),
    },
  })
  const large = { memoryMiB: 2048, volumeGiB: 4 }

  it('is reserved a second time for the difference alone, within the limits for what it is of', () => {
    given(held())
      .when(more(large))
      .thenEvents(holding(large, { 1: large }))
    given(held())
      .when(more({ ...large, volumeGiB: 5 }))
      .thenRejected('QUOTA_EXCEEDED', { details: { resource: 'volumeGiB', limit: 4, used: 2, asked: 3 } })
    given(held())
      .when({ ...more({ volumeGiB: 4 }), defaultLimits: { ...limits, memoryMiB: 1 } } as ProjectCommand)
      .thenEvents(holding({ volumeGiB: 4 }, { 1: { volumeGiB: 4 } }))
  })

  it('is not reserved again where it has all that, or less is wanted', () => {
    given(held()).when(more({})).thenNothing()
    given(held())
      .when(more({ memoryMiB: 1 }))
      .thenNothing()
    given(holding(large, { 1: large }))
      .when(more(large))
      .thenNothing()
  })

  it('is held for an operation until its time has passed, as others see then', () => {
    const other = (now: number): ProjectCommand => ({
      ...reserve(9, now),
      resources: { vcpus: 0, memoryMiB: 0, volumeGiB: 1 },
      defaultLimits: { ...limits, instances: 2 },
    })
    given(holding(large, { 1: large }))
      .when(other(59))
      .thenRejected('QUOTA_EXCEEDED')
    given(holding(large, { 1: large }))
      .when(other(60))
      .thenTypes('QuotaCommitted', 'QuotaReserved', 'ProjectNameHeld')
    given(holding(large, { 1: large }))
      .when(more(large, 2, 60))
      .thenEvents(held(), holding(large, { 2: large }, 60))
  })

  it('is held for good when the operation was requested, also when its time had passed', () => {
    given(holding(large, { 1: large }))
      .when(settle(large))
      .thenEvents(held(large))
    given(held()).when(settle(large)).thenEvents(held(large))
    given(held(large)).when(settle(large)).thenNothing()
  })

  it('is less when the operation has made it so', () => {
    given(held(large)).when(settle({})).thenEvents(held())
  })

  it('has room for the largest that operations may make it, of which only one goes on', () => {
    const both = { 1: { volumeGiB: 4 }, 2: { memoryMiB: 2048 } }
    given(holding({ volumeGiB: 4 }, { 1: { volumeGiB: 4 } }))
      .when(more({ memoryMiB: 2048 }, 2))
      .thenEvents(holding(large, both))
    given(holding(large, both))
      .when(unused(1))
      .thenEvents(holding({ memoryMiB: 2048 }, { 2: { memoryMiB: 2048 } }))
  })

  it('is what it was when the operation was not requested, and so is its name', () => {
    given(held(), holding(large, { 1: large }))
      .when(unused(1))
      .thenEvents(held())
    given(held(large)).when(unused(1)).thenNothing()
    const renaming: ProjectEvent = {
      type: 'ProjectNameHeld',
      data: { projectId, instanceId: instanceId(), name: 'other', heldUntil: at(60) },
    }
    given(held(), renaming).when(unused(1)).thenNothing()
  })
})
