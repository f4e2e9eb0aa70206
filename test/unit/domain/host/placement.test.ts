import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import {
  type HostDescription,
  type HostEvent,
  type HostState,
  host,
  rankHosts,
  shortageOf,
} from '../../../../domain/host/index.ts'
import { at, hostDescription, hostId, instanceId, nodeId, spec } from '../samples.ts'

const hostOf = (ordinal: number, change: Partial<HostDescription> = {}, ...events: readonly HostEvent[]): HostState =>
  fold(host, events, fold(host, [{ type: 'HostRegistered', data: { ...hostDescription(ordinal), ...change } }]))

const taken = (ordinal: number, vcpus: number, expiresAt: string | null = null): HostEvent => {
  const claim = {
    hostId: hostId(ordinal),
    nodeId: nodeId(ordinal),
    instanceId: instanceId(ordinal),
    resources: { vcpus, memoryMiB: 0, volumeGiB: 0 },
  }
  return expiresAt
    ? { type: 'HostCapacityClaimed', data: { ...claim, expiresAt } }
    : { type: 'HostClaimConfirmed', data: claim }
}

const idsOf = (hosts: readonly HostState[], wish = spec, now = at(0), wanting = nodeId(99)) =>
  rankHosts(hosts, wish, wanting, now).map((candidate) => candidate.hostId)

describe('placing an instance', () => {
  it('prefers the host with most room', () => {
    expect(idsOf([hostOf(1, {}, taken(1, 2)), hostOf(2), hostOf(3, {}, taken(3, 1))])).toEqual([
      hostId(2),
      hostId(3),
      hostId(1),
    ])
  })

  it('goes by what a host would have least of afterwards', () => {
    const muchMemoryLittleVolume = { capacity: { vcpus: 64, memoryMiB: 65536, volumeGiB: 3 } }
    expect(idsOf([hostOf(1, muchMemoryLittleVolume), hostOf(2)])).toEqual([hostId(2), hostId(1)])
  })

  it('takes the smaller id among equals, in whatever order they are listed', () => {
    expect(idsOf([hostOf(3), hostOf(1), hostOf(2)])).toEqual([hostId(1), hostId(2), hostId(3)])
  })

  it('leaves out hosts without room, without the version, lost or not registered', () => {
    const lost: HostEvent = { type: 'HostLost', data: { hostId: hostId(3), lastSeenAt: at(0) } }
    const full = hostOf(1, {}, taken(1, 4))
    const other = hostOf(2, { engines: [{ datastore: 'postgresql', version: '17.9', source: 'npm' }] })
    expect(idsOf([full, other, hostOf(3, {}, lost), host.initial])).toEqual([])
    expect(idsOf([])).toEqual([])
  })

  it('takes a host that the instance fills to the brim', () => {
    expect(idsOf([hostOf(1)], { ...spec, vcpus: 4, memoryMiB: 4096, volumeGiB: 20 })).toEqual([hostId(1)])
    expect(idsOf([hostOf(1)], { ...spec, volumeGiB: 21 })).toEqual([])
  })

  it('counts what an earlier try has claimed for the same node as room for it', () => {
    const claimed = hostOf(1, {}, taken(1, 4, at(60)))
    expect(idsOf([claimed])).toEqual([])
    expect(idsOf([claimed], spec, at(0), nodeId(1))).toEqual([hostId(1)])
  })

  it('counts no claim whose time has passed', () => {
    const claimed = hostOf(1, {}, taken(1, 4, at(60)))
    expect(idsOf([claimed], spec, at(59))).toEqual([])
    expect(idsOf([claimed], spec, at(60))).toEqual([hostId(1)])
  })

  it('does not depend on the order in which hosts are listed', () => {
    const hosts = [
      hostOf(1, {}, taken(1, 1)),
      hostOf(2),
      hostOf(3, {}, taken(3, 1)),
      hostOf(4, {}, taken(4, 3)),
      hostOf(5),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(hosts, { minLength: hosts.length }), (shuffled) => {
        expect(idsOf(shuffled)).toEqual(idsOf(hosts))
      }),
    )
  })
})

describe('a shortage', () => {
  const shortage = (hosts: readonly HostState[], wish = spec) => shortageOf(hosts, wish, at(0))
  const cordoned = (ordinal: number): HostEvent => ({
    type: 'HostCordoned',
    data: { hostId: hostId(ordinal), since: at(0), reason: null },
  })
  const lost: HostEvent = { type: 'HostLost', data: { hostId: hostId(1), lastSeenAt: at(0) } }

  it('counts no host that is cordoned, also not as the nearest', () => {
    const larger = { ...spec, memoryMiB: 8192 }
    const roomy = hostOf(2, { capacity: { vcpus: 4, memoryMiB: 16384, volumeGiB: 100 } }, cordoned(2))
    expect(shortage([hostOf(1), roomy], larger)).toMatchObject({ kind: 'NO_ROOM', short: ['memoryMiB'] })
    expect(rankHosts([hostOf(1), roomy], larger, nodeId(), at(0))).toEqual([])
  })

  it('is told as that of hosts, of the engine, or of what the nearest host lacks', () => {
    expect(shortage([])).toEqual({ kind: 'NO_HOST_UP' })
    expect(shortage([hostOf(1, {}, lost)])).toEqual({ kind: 'NO_HOST_UP' })
    expect(shortage([hostOf(1)], { ...spec, version: '16.0' })).toEqual({ kind: 'NO_ENGINE' })
    expect(shortage([hostOf(1, {}, cordoned(1))])).toEqual({ kind: 'CORDONED' })
    const wish = { ...spec, memoryMiB: 8192, volumeGiB: 30 }
    const roomy = hostOf(2, { capacity: { vcpus: 4, memoryMiB: 4096, volumeGiB: 100 } })
    expect(shortage([hostOf(1)], wish)).toEqual({ kind: 'NO_ROOM', short: ['memoryMiB', 'volumeGiB'], lacks: null })
    expect(shortage([hostOf(1), roomy], wish)).toEqual({ kind: 'NO_ROOM', short: ['memoryMiB'], lacks: null })
  })

  it('is that of what each instance needs one of, where there is room otherwise', () => {
    const few = { instanceLimit: { atMost: 1, limitedBy: 'ports' } } as const
    const full = hostOf(1, few, taken(1, 1))
    expect(idsOf([hostOf(1, few)])).toEqual([hostId(1)])
    expect(idsOf([full])).toEqual([])
    expect(idsOf([full, hostOf(2, {}, taken(2, 3))])).toEqual([hostId(2)])
    expect(shortage([full])).toEqual({ kind: 'NO_ROOM', short: [], lacks: 'ports' })
  })
})
