import { describe, expect, it } from 'vitest'
import {
  type HostCommand,
  type HostEvent,
  host,
  hostEvents,
  type RegistrationKey,
} from '../../../../domain/host/index.ts'
import { specOf } from '../../../support/spec.ts'
import { at, hostDescription, hostId, instanceId, nodeId, reportId } from '../samples.ts'

const { given } = specOf(host, hostEvents)

const description = hostDescription()
const unsigned: HostEvent = { type: 'HostRegistered', data: description }
const registered = (signingKey: string, sequence: number, change = {}): HostEvent => ({
  type: 'HostRegistered',
  data: { ...description, ...change, signingKey, sequence },
})
const key = (
  signingKey: string,
  sequence: number,
  admittedBy: RegistrationKey['admittedBy'] = null,
): RegistrationKey => ({ signingKey, sequence, admittedBy })
const register = (by: RegistrationKey | null, change = {}): HostCommand => ({
  type: 'RegisterHost',
  description: { ...description, ...change },
  refusal: null,
  reportId: reportId(),
  key: by,
})

describe('the key of a host', () => {
  it.each(['token', 'token-for-host', 'master-key'] as const)('is pinned at the first registration, by a %s', (by) => {
    const state = given()
      .when(register(key('a', 5, by)))
      .thenEvents(registered('a', 5))
    expect(state).toMatchObject({ status: 'UP', channel: { signingKey: 'a', reported: 5 } })
  })

  it('is not pinned without anything that lets it in', () => {
    given()
      .when(register(key('a', 5)))
      .thenNothing()
    given(unsigned)
      .when(register(key('a', 5)))
      .thenNothing()
  })

  it('is pinned for a host of before messages were signed, which says nothing without it from then on', () => {
    given(unsigned).when(register(null)).thenNothing()
    given(unsigned)
      .when(register(key('a', 5, 'token')))
      .thenEvents(registered('a', 5))
    given(unsigned, registered('a', 5))
      .when(register(null, { address: '10.9.9.9' }))
      .thenNothing()
  })

  it('is replaced only by what is for this host, and its messages are counted anew', () => {
    const known = registered('a', 50)
    given(known)
      .when(register(key('b', 1)))
      .thenNothing()
    given(known)
      .when(register(key('b', 1, 'token')))
      .thenNothing()
    const refused: HostEvent = { type: 'HostKeyRefused', data: { hostId: hostId(), signingKey: 'b' } }
    const state = given(known, refused)
      .when(register(key('b', 60, 'token-for-host')))
      .thenEvents(registered('b', 60))
    expect(state).toMatchObject({ channel: { signingKey: 'b', reported: 60, heard: 0, refusedKey: null } })
  })

  it('that somebody else came with is told once', () => {
    const refuse = (signingKey: string): HostCommand => ({ type: 'RefuseKey', hostId: hostId(), signingKey })
    const refused: HostEvent = { type: 'HostKeyRefused', data: { hostId: hostId(), signingKey: 'b' } }
    given(registered('a', 1)).when(refuse('b')).thenEvents(refused)
    given(registered('a', 1), refused).when(refuse('c')).thenNothing()
    given().when(refuse('b')).thenNothing()
  })
})

describe('what a host has said', () => {
  const moved = { address: '10.0.0.2' }
  const found = {
    nodeGeneration: 1,
    label: null,
    running: true,
    port: 15_432,
    epoch: 3,
    generation: 0,
  }
  const known = registered('a', 10)

  it('is overtaken by what it says later', () => {
    given(known, registered('a', 20, moved))
      .when(register(key('a', 10)))
      .thenNothing()
    given(known)
      .when(register(key('a', 20), moved))
      .thenEvents(registered('a', 20, moved))
    const told = { hostId: hostId(), nodeId: nodeId(), instanceId: instanceId() }
    const report = (sequence: number): HostCommand => ({ type: 'ReportUnlisted', ...told, found, sequence })
    const settled: HostEvent = { type: 'HostNodeSettled', data: { ...told, sequence: 30 } }
    const reported: HostEvent = { type: 'HostNodeFound', data: { ...told, found, sequence: 20 } }
    given(known).when(report(20)).thenEvents(reported)
    given(known, reported)
      .when({ type: 'SettleUnlisted', ...told, sequence: 30 })
      .thenEvents(settled)
    given(known, reported)
      .when({ type: 'SettleUnlisted', ...told, sequence: 19 })
      .thenNothing()
    given(known, reported, settled).when(report(25)).thenNothing()
    const offer = (sequence: number): HostCommand => ({
      type: 'OfferSealingKeys',
      hostId: hostId(),
      keys: [{ number: sequence, publicKey: 'public' }],
      sequence,
    })
    given(known, reported, settled).when(offer(29)).thenNothing()
    given(known, reported, settled).when(offer(31)).thenTypes('HostSealingKeysOffered')
  })

  it('several things can follow from one report', () => {
    const one = { hostId: hostId(), nodeId: nodeId(1), instanceId: instanceId(1) }
    const reported: HostEvent = { type: 'HostNodeFound', data: { ...one, found, sequence: 20 } }
    const two: HostCommand = {
      type: 'ReportUnlisted',
      hostId: hostId(),
      nodeId: nodeId(2),
      instanceId: instanceId(1),
      found,
      sequence: 20,
    }
    given(known, reported).when(two).thenTypes('HostNodeFound')
  })

  it('is remembered of heartbeats when it is lost and when it returns', () => {
    const lost: HostEvent = { type: 'HostLost', data: { hostId: hostId(), lastSeenAt: at(1), sequence: 70 } }
    const returned: HostEvent = { type: 'HostReturned', data: { hostId: hostId(), sequence: 80 } }
    const state = given(known)
      .when({ type: 'ReportHostLost', hostId: hostId(), lastSeenAt: at(1), heard: 70 })
      .thenEvents(lost)
    expect(state).toMatchObject({ status: 'LOST', channel: { heard: 70, reported: 10 } })
    const back = given(known, lost)
      .when({ type: 'ReportHostReturned', hostId: hostId(), heard: 80 })
      .thenEvents(returned)
    expect(back).toMatchObject({ status: 'UP', channel: { heard: 80 } })
  })
})
