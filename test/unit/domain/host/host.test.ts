import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import {
  freeCapacity,
  type HostCommand,
  type HostEvent,
  heldNodes,
  host,
  hostEvents,
} from '../../../../domain/host/index.ts'
import { handleInTurn, specOf } from '../../../support/spec.ts'
import { at, hostDescription, hostId, instanceId, nodeId, operationId, reportId, resources } from '../samples.ts'

const { given } = specOf(host, hostEvents)

const description = hostDescription()
const registered: HostEvent = { type: 'HostRegistered', data: description }
const lost: HostEvent = { type: 'HostLost', data: { hostId: hostId(), lastSeenAt: at(100) } }
const returned: HostEvent = { type: 'HostReturned', data: { hostId: hostId() } }

type Claim = Extract<HostCommand, { readonly type: 'ClaimCapacity' }>
const claim = (ordinal: number, now = 0): Claim => ({
  type: 'ClaimCapacity',
  hostId: hostId(),
  nodeId: nodeId(ordinal),
  instanceId: instanceId(ordinal),
  operationId: operationId(ordinal),
  resources,
  datastore: 'postgresql',
  version: '17.10',
  hasSecrets: false,
  now: at(now),
  expiresAt: at(now + 60),
})
const confirm = (ordinal: number): HostCommand => ({
  type: 'ConfirmClaim',
  hostId: hostId(),
  nodeId: nodeId(ordinal),
  instanceId: instanceId(ordinal),
  resources,
})
const release = (ordinal: number): HostCommand => ({
  type: 'ReleaseCapacity',
  hostId: hostId(),
  nodeId: nodeId(ordinal),
  instanceId: instanceId(ordinal),
  reason: 'DELETED',
})
const claimed = (ordinal: number, now = 0): HostEvent => ({
  type: 'HostCapacityClaimed',
  data: {
    hostId: hostId(),
    nodeId: nodeId(ordinal),
    instanceId: instanceId(ordinal),
    resources,
    expiresAt: at(now + 60),
  },
})
const confirmed = (ordinal: number): HostEvent => ({
  type: 'HostClaimConfirmed',
  data: { hostId: hostId(), nodeId: nodeId(ordinal), instanceId: instanceId(ordinal), resources },
})
const released = (ordinal: number, reason: 'DELETED' | 'EXPIRED' = 'DELETED'): HostEvent => ({
  type: 'HostCapacityReleased',
  data: { hostId: hostId(), nodeId: nodeId(ordinal), instanceId: instanceId(ordinal), reason },
})

const cordon = (reason: string | null = null): HostCommand => ({
  type: 'CordonHost',
  hostId: hostId(),
  reason,
  now: at(200),
})
const uncordon: HostCommand = { type: 'UncordonHost', hostId: hostId() }
const cordoned = (reason: string | null = null, since = at(200)): HostEvent => ({
  type: 'HostCordoned',
  data: { hostId: hostId(), since, reason },
})
const uncordoned: HostEvent = { type: 'HostUncordoned', data: { hostId: hostId() } }

describe('cordoning a host', () => {
  it('keeps new nodes off it, with the reason, until it is over', () => {
    given(registered).when(cordon('a new disk')).thenEvents(cordoned('a new disk'))
    const { message } = given(registered, cordoned('a new disk')).when(claim(1)).thenRejected('NO_CAPACITY')
    expect(message).toContain('a new disk')
    given(registered, cordoned()).when(uncordon).thenEvents(uncordoned)
    given(registered, cordoned(), uncordoned).when(claim(1)).thenEvents(claimed(1))
  })

  it('leaves the nodes that it has, and what is held for one already', () => {
    given(registered, claimed(1), confirmed(1), cordoned())
      .when({ ...claim(1), operationId: operationId(2) })
      .thenNothing()
    given(registered, claimed(1), cordoned()).when(confirm(1)).thenTypes('HostClaimConfirmed')
    given(registered, claimed(1), cordoned()).when(claim(1)).thenNothing()
    const larger = { ...resources, volumeGiB: resources.volumeGiB + 1 }
    given(registered, claimed(1), confirmed(1), cordoned())
      .when({ ...claim(1), operationId: operationId(2), resources: larger })
      .thenTypes('HostClaimConfirmed')
  })

  it('is remembered while the host is lost and when it is back, and when it registers anew', () => {
    for (const events of [[lost], [lost, returned], [registered]]) {
      given(registered, cordoned('a new disk'), ...events)
        .when(cordon('a new disk'))
        .thenNothing()
    }
  })

  it('again changes the reason and not the time; what is so already changes nothing', () => {
    given(registered, cordoned('a new disk', at(100)))
      .when(cordon('a new kernel'))
      .thenEvents(cordoned('a new kernel', at(100)))
    given(registered, cordoned()).when(cordon()).thenNothing()
    given(registered).when(uncordon).thenNothing()
  })

  it('is refused for a host that there is not, or that was removed', () => {
    const removed: HostEvent = { type: 'HostRemoved', data: { hostId: hostId(), removedAt: at(300) } }
    for (const command of [cordon(), uncordon]) {
      given().when(command).thenRejected('NOT_FOUND')
      given(registered, removed).when(command).thenRejected('NO_CAPACITY')
    }
  })
})

describe('registering a host', () => {
  const register = { type: 'RegisterHost', description, refusal: null, reportId: reportId(), key: null } as const

  it('makes it known', () => {
    const state = given().when(register).thenEvents(registered)
    expect(state.status).toBe('UP')
  })

  it('does nothing when nothing is new, in whatever order the engines are listed', () => {
    given(registered).when(register).thenNothing()
    const reversed = { ...description, engines: [...description.engines].reverse() }
    given(registered)
      .when({ ...register, description: reversed })
      .thenNothing()
  })

  it('may be refused, which its agent is told where it does not know, once for each time it asks', () => {
    const reason = 'its name is taken'
    const refuse = (refusal: string | null, ordinal = 1): HostCommand => {
      return { type: 'RefuseRegistration', description, reason, refusal, reportId: reportId(ordinal) }
    }
    const answered = (refusal: string | null, ordinal = 1): HostEvent => ({
      type: 'HostRegistrationAnswered',
      data: { hostId: hostId(), name: description.name, refusal, reportId: reportId(ordinal) },
    })
    const refused = given().when(refuse(null)).thenEvents(answered(reason))
    expect(refused).toMatchObject({ status: 'UNREGISTERED', refusal: reason })
    given(answered(reason)).when(refuse(reason, 2)).thenNothing()
    given(answered(reason)).when(refuse(null, 2)).thenEvents(answered(reason, 2))
    given(registered).when(refuse(null)).thenEvents(answered(reason))

    const again = { ...register, refusal: reason, reportId: reportId(2) }
    const letIn = given(registered, answered(reason)).when(again).thenEvents(answered(null, 2))
    expect(letIn).toMatchObject({ status: 'UP', refusal: null })
    given(registered).when(again).thenEvents(answered(null, 2))
  })

  it.each([
    ['address', { address: '10.0.0.7' }],
    ['agent', { agentVersion: '0.2.0' }],
    ['capacity', { capacity: { ...description.capacity, vcpus: 8 } }],
    ['engines', { engines: description.engines.slice(1) }],
    ['isolation', { isolation: { ...description.isolation, missing: ['cgroup'] } }],
  ])('again with another %s is noted, and its claims stay', (_, change) => {
    const changed = { ...description, ...change }
    const state = given(registered, confirmed(1))
      .when({ ...register, description: changed })
      .thenEvents({ type: 'HostRegistered', data: changed })
    expect(state).toMatchObject({ status: 'UP', claims: { total: { instances: 1 } } })
  })

  it('does not bring a lost host back: its heartbeats do', () => {
    given(registered, lost).when(register).thenNothing()
  })
})

describe('claiming capacity', () => {
  it('holds it until its time has passed', () => {
    given(registered).when(claim(1)).thenEvents(claimed(1))
  })

  it('does nothing when the instance holds it already', () => {
    given(registered, claimed(1)).when(claim(1, 30)).thenNothing()
    given(registered, confirmed(1)).when(claim(1, 300)).thenNothing()
  })

  it('is refused when there is not enough left, and says of what and how much', () => {
    const large = { vcpus: 1, memoryMiB: 4000, volumeGiB: 1 }
    const { message } = given(registered, claimed(1))
      .when({ ...claim(2), resources: large })
      .thenRejected('NO_CAPACITY', {
        details: { hostId: hostId(), resource: 'memoryMiB', capacity: 4096, claimed: 512, asked: 4000 },
      })
    expect(message).toBe(
      'host host-1 has 4096 MiB of memory, of which 512 are taken: 4000 MiB of memory more do not fit',
    )
  })

  it('counts no claim whose time has passed, and releases it', () => {
    const all = { vcpus: 4, memoryMiB: 4096, volumeGiB: 20 }
    given(registered, claimed(1))
      .when({ ...claim(2, 60), resources: all })
      .thenEvents(released(1, 'EXPIRED'), {
        type: 'HostCapacityClaimed',
        data: { hostId: hostId(), nodeId: nodeId(2), instanceId: instanceId(2), resources: all, expiresAt: at(120) },
      })
  })

  it('is refused when the host does not have the version, and says which it has', () => {
    const { message } = given(registered)
      .when({ ...claim(1), version: '16.1' })
      .thenRejected('UNKNOWN_VERSION', { field: 'version', details: { installed: '17.10 18.4' } })
    expect(message).toBe('host host-1 has no postgresql 16.1; it has: 17.10, 18.4')
  })

  it('is refused when the host is lost, and possible again when it has returned', () => {
    given(registered, lost)
      .when(claim(1))
      .thenRejected('NO_CAPACITY', { details: { lastSeenAt: at(100) } })
    given(registered, lost, returned).when(claim(1)).thenEvents(claimed(1))
  })

  it('is refused when nobody registered', () => {
    given().when(claim(1)).thenRejected('NOT_FOUND')
  })
})

describe('claiming capacity for an instance that has some', () => {
  const larger = { ...resources, memoryMiB: 1024 }
  const more = { ...claim(1), operationId: operationId(7), resources: larger }
  const increased: HostEvent = {
    type: 'HostClaimConfirmed',
    data: {
      hostId: hostId(),
      nodeId: nodeId(1),
      instanceId: instanceId(1),
      resources: larger,
      committed: resources,
      increases: [{ operationId: operationId(7), resources: larger, expiresAt: at(60) }],
    },
  }
  const few: HostEvent = {
    type: 'HostRegistered',
    data: { ...description, engines: [], instanceLimit: { atMost: 1, limitedBy: 'ports' } },
  }

  it('holds the difference, whatever the host has for others, until it is confirmed or not requested', () => {
    given(few, confirmed(1)).when(more).thenEvents(increased)
    given(registered, confirmed(1), increased)
      .when({ ...confirm(1), operationId: operationId(7), resources: larger } as HostCommand)
      .thenEvents({
        type: 'HostClaimConfirmed',
        data: { hostId: hostId(), nodeId: nodeId(1), instanceId: instanceId(1), resources: larger },
      })
    const unused: HostCommand = {
      type: 'ReleaseClaim',
      hostId: hostId(),
      nodeId: nodeId(1),
      instanceId: instanceId(1),
      operationId: operationId(7),
    }
    given(registered, confirmed(1), increased).when(unused).thenEvents(confirmed(1))
    given(registered, confirmed(1)).when(unused).thenNothing()
  })

  it('is refused where the host has not so much left', () => {
    given(registered, confirmed(1))
      .when({ ...more, resources: { ...resources, memoryMiB: 4097 } })
      .thenRejected('NO_CAPACITY', { details: { resource: 'memoryMiB', claimed: 512, asked: 4097 - 512 } })
  })
})

describe('two nodes of one instance on a host', () => {
  const ofFirst = { instanceId: instanceId(1) }
  const second: HostEvent = {
    type: 'HostClaimConfirmed',
    data: { hostId: hostId(), nodeId: nodeId(2), ...ofFirst, resources },
  }

  it('hold room each, and each gives up its own', () => {
    const state = given(registered, confirmed(1))
      .when({ ...confirm(2), ...ofFirst } as HostCommand)
      .thenEvents(second)
    expect(state).toMatchObject({ claims: { total: { instances: 2, memoryMiB: 2 * resources.memoryMiB } } })
    if (state.status === 'UNREGISTERED') throw new Error('it registered')
    expect(heldNodes(state)).toHaveLength(2)
    expect(heldNodes(state)).toContainEqual({ nodeId: nodeId(2), instanceId: instanceId(1) })
    const left = given(registered, confirmed(1), second).when(release(1)).thenEvents(released(1))
    if (left.status === 'UNREGISTERED') throw new Error('it registered')
    expect(heldNodes(left)).toEqual([{ nodeId: nodeId(2), instanceId: instanceId(1) }])
  })

  it('hold the difference of a resize each, for the same operation', () => {
    const larger = { ...resources, memoryMiB: 1024 }
    const more = { resources: larger, operationId: operationId(7) }
    const increases = [{ operationId: operationId(7), resources: larger, expiresAt: at(60) }]
    const increased = (ordinal: number): HostEvent => ({
      type: 'HostClaimConfirmed',
      data: {
        hostId: hostId(),
        nodeId: nodeId(ordinal),
        ...ofFirst,
        resources: larger,
        committed: resources,
        increases,
      },
    })
    const both = [registered, confirmed(1), second] as const
    given(...both)
      .when({ ...claim(1), ...more })
      .thenEvents(increased(1))
    given(...both, increased(1))
      .when({ ...claim(2), ...ofFirst, ...more })
      .thenEvents(increased(2))
    given(...both, increased(1), increased(2))
      .when({ type: 'ReleaseClaim', hostId: hostId(), nodeId: nodeId(2), ...ofFirst, operationId: operationId(7) })
      .thenEvents(second)
  })
})

describe('confirming and releasing claims', () => {
  it('holds a claim for good, once', () => {
    given(registered, claimed(1)).when(confirm(1)).thenEvents(confirmed(1))
    given(registered, claimed(1), confirmed(1)).when(confirm(1)).thenNothing()
  })

  it('holds it even when it had expired or the host is lost, as the instance is there', () => {
    given(registered, claimed(1), released(1, 'EXPIRED')).when(confirm(1)).thenEvents(confirmed(1))
    given(registered, claimed(1), lost).when(confirm(1)).thenEvents(confirmed(1))
  })

  it('frees what was claimed or confirmed, and nothing else', () => {
    given(registered, claimed(1)).when(release(1)).thenEvents(released(1))
    given(registered, confirmed(1), lost).when(release(1)).thenEvents(released(1))
    given(registered).when(release(1)).thenNothing()
    given().when(release(1)).thenNothing()
  })
})

describe('a host that falls silent', () => {
  const reportLost: HostCommand = { type: 'ReportHostLost', hostId: hostId(), lastSeenAt: at(100) }
  const reportReturned: HostCommand = { type: 'ReportHostReturned', hostId: hostId() }

  it('is lost, once, and keeps its claims', () => {
    const state = given(registered, confirmed(1)).when(reportLost).thenEvents(lost)
    expect(state).toMatchObject({ status: 'LOST', claims: { total: { instances: 1 } } })
    given(registered, lost).when(reportLost).thenNothing()
  })

  it('gives nothing more to an instance that it has while it is lost', () => {
    const more = { ...claim(1, 101), resources: { ...resources, volumeGiB: 10 } }
    given(registered, confirmed(1), lost).when(more).thenRejected('HOST_UNREACHABLE')
  })

  it('returns, once', () => {
    given(registered, lost).when(reportReturned).thenEvents(returned)
    given(registered).when(reportReturned).thenNothing()
  })

  it('is no news when it never registered', () => {
    given().when(reportLost).thenNothing()
    given().when(reportReturned).thenNothing()
  })
})

describe('a host on which few instances can be, however small they are', () => {
  const few: HostEvent = {
    type: 'HostRegistered',
    data: { ...description, instanceLimit: { atMost: 2, limitedBy: 'ports' } },
  }

  it('takes no more than that, and says what it lacks', () => {
    given(few, confirmed(1)).when(claim(2)).thenEvents(claimed(2))
    given(few, confirmed(1), claimed(2)).when(claim(2)).thenNothing()
    given(few, confirmed(1), claimed(2))
      .when(claim(3))
      .thenRejected('NO_CAPACITY', { message: expect.stringContaining('no room for a port more') })
    given(few, confirmed(1), claimed(2)).when(claim(3, 60)).thenTypes('HostCapacityReleased', 'HostCapacityClaimed')
  })

  it('tells of it when it changes, and not again', () => {
    const { data } = few as Extract<HostEvent, { readonly type: 'HostRegistered' }>
    given(registered)
      .when({ type: 'RegisterHost', description: data, refusal: null, reportId: reportId(), key: null })
      .thenEvents(few)
    given(few)
      .when({ type: 'RegisterHost', description: data, refusal: null, reportId: reportId(), key: null })
      .thenNothing()
  })
})

describe('claims under any interleaving', () => {
  const steps = fc.array(
    fc.record({
      ordinal: fc.integer({ min: 1, max: 8 }),
      act: fc.constantFrom('claim', 'release', 'lose', 'return'),
      size: fc.integer({ min: 1, max: 3 }),
      afterSeconds: fc.integer({ min: 0, max: 40 }),
    }),
    { maxLength: 60 },
  )

  it('never exceed the capacity, and what is free is never negative', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const commands: HostCommand[] = [
          { type: 'RegisterHost', description, refusal: null, reportId: reportId(), key: null },
        ]
        let now = 0
        for (const { ordinal, act, size, afterSeconds } of plan) {
          now += afterSeconds
          const sized = { vcpus: size, memoryMiB: 700 * size, volumeGiB: 3 * size }
          if (act === 'claim') commands.push({ ...claim(ordinal, now), resources: sized })
          if (act === 'release') commands.push(release(ordinal))
          if (act === 'lose') commands.push({ type: 'ReportHostLost', hostId: hostId(), lastSeenAt: at(now) })
          if (act === 'return') commands.push({ type: 'ReportHostReturned', hostId: hostId() })
        }
        const log = handleInTurn(host, commands)
        for (let length = 1; length <= log.length; length += 1) {
          const state = fold(host, log.slice(0, length))
          if (state.status === 'UNREGISTERED') throw new Error('it registered first')
          const { total } = state.claims
          expect(total.vcpus).toBeLessThanOrEqual(description.capacity.vcpus)
          expect(total.memoryMiB).toBeLessThanOrEqual(description.capacity.memoryMiB)
          expect(total.volumeGiB).toBeLessThanOrEqual(description.capacity.volumeGiB)
          expect(Math.min(...Object.values(freeCapacity(state, at(now))))).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})

describe('keys for passwords', () => {
  const key = (number: number) => ({ number, publicKey: `key-${number}` })
  const offer = (...numbers: readonly number[]): HostCommand => ({
    type: 'OfferSealingKeys',
    hostId: hostId(),
    keys: numbers.map(key),
  })
  const offered = (...numbers: readonly number[]): HostEvent => ({
    type: 'HostSealingKeysOffered',
    data: { hostId: hostId(), keys: numbers.map(key) },
  })
  const secretClaim = (ordinal: number, now = 0): HostCommand => ({ ...claim(ordinal, now), hasSecrets: true })
  const claimedWith = (ordinal: number, number: number, now = 0): HostEvent => ({
    type: 'HostCapacityClaimed',
    data: {
      hostId: hostId(),
      nodeId: nodeId(ordinal),
      instanceId: instanceId(ordinal),
      resources,
      expiresAt: at(now + 60),
      sealingKey: key(number),
    },
  })

  it('are given away one an instance, the lowest number first', () => {
    given(registered, offered(3, 4)).when(secretClaim(1)).thenEvents(claimedWith(1, 3))
    given(registered, offered(3, 4), claimedWith(1, 3)).when(secretClaim(2)).thenEvents(claimedWith(2, 4))
  })

  it('stay with the instance when it claims once more, also after its claim has expired', () => {
    given(registered, offered(3, 4), claimedWith(1, 3)).when(secretClaim(1)).thenNothing()
    given(registered, offered(3, 4), claimedWith(1, 3))
      .when(secretClaim(1, 61))
      .thenEvents(released(1, 'EXPIRED'), claimedWith(1, 3, 61))
  })

  it('are not needed by an instance without passwords', () => {
    given(registered).when(claim(1)).thenEvents(claimed(1))
  })

  it('are said to be missing when all are taken, and room without passwords is given still', () => {
    const history = [registered, offered(3), claimedWith(1, 3)]
    given(...history)
      .when(secretClaim(2))
      .thenRejected('NO_CAPACITY', { details: { hostId: hostId(), resource: 'sealingKeys' } })
    given(...history)
      .when(claim(2))
      .thenEvents(claimed(2))
  })

  it('are never given to a second instance, whatever is offered again or released', () => {
    const history = [registered, offered(3, 4), claimedWith(1, 3)]
    given(...history)
      .when(offer(3, 4))
      .thenNothing()
    given(...history)
      .when(offer(3, 4, 5))
      .thenEvents(offered(4, 5))
    given(...history, released(1))
      .when(offer(3, 4))
      .thenNothing()
    given(...history, released(1))
      .when(secretClaim(2))
      .thenEvents(claimedWith(2, 4))
  })

  it('are forgotten when the host does not have them any more', () => {
    given(registered, offered(3, 4)).when(offer(4)).thenEvents(offered(4))
    given(registered, offered(3, 4)).when(offer()).thenEvents(offered())
  })

  it('are sorted by number', () => {
    given(registered).when(offer(5, 4)).thenEvents(offered(4, 5))
  })

  it('of a host that has not registered are not taken in', () => {
    given().when(offer(1)).thenNothing()
  })
})
