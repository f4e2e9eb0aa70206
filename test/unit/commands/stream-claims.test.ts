import { describe, expect, it } from 'vitest'
import { createStreamClaims } from '../../../commands/stream-claims.ts'
import type { CofferEvent, CofferEventType } from '../../../domain/catalogue.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { exampleEvent, exampleWorld, streamOfEvent } from '../../support/example-events.ts'

const world = exampleWorld()
const instance = `instance-${world.instanceId}` as StreamName
const project = `project-${world.projectId}` as StreamName
const host = `host-${world.hostId}` as StreamName

/** Claims after these events, each in the stream it belongs in. */
const claimsAfter = (...events: readonly (CofferEventType | CofferEvent)[]) => {
  const claims = createStreamClaims()
  for (const each of events) {
    const event = typeof each === 'string' ? exampleEvent(each, world) : each
    claims.take(streamOfEvent(event.type, world), event as CofferEvent)
  }
  return claims
}

const dataOf = <T extends CofferEventType>(type: T) =>
  exampleEvent(type, world).data as Extract<CofferEvent, { readonly type: T }>['data']

const released = (reason: 'DELETED' | 'FAILED'): CofferEvent => {
  return { type: 'QuotaReleased', data: { ...dataOf('QuotaReleased'), reason } }
}

describe('what streams claim of each other', () => {
  it('is nothing before an event says so', () => {
    const claims = claimsAfter(
      'FlavorDefined',
      'HostRegistered',
      'QuotaReserved',
      'HostCapacityClaimed',
      'ProjectNameHeld',
    )
    expect(claims.streams()).toEqual([])
    expect([claims.isClaimed(instance), claims.holdersOf(instance), claims.projectOf(instance)]).toEqual([
      false,
      [],
      null,
    ])
  })

  it('is the instance, for what holds quota, a name or capacity for it', () => {
    const claims = claimsAfter('QuotaCommitted', 'HostClaimConfirmed')
    expect(claims.isClaimed(instance)).toBe(true)
    expect(claims.holdersOf(instance)).toEqual([project, host])
    expect(claims.projectOf(instance)).toBe(world.projectId)
    expect(claimsAfter('HostClaimConfirmed').projectOf(instance)).toBeNull()
    expect(claimsAfter('ProjectNameConfirmed').holdersOf(instance)).toEqual([project])
  })

  it('ends when what is held is released, but for the name of an instance that failed', () => {
    expect(
      claimsAfter('QuotaCommitted', 'HostClaimConfirmed', released('DELETED'), 'HostCapacityReleased').streams(),
    ).toEqual([])
    expect(claimsAfter('QuotaCommitted', released('FAILED')).streams()).toEqual([instance])
    expect(claimsAfter('QuotaCommitted', released('FAILED'), 'ProjectNameReleased').streams()).toEqual([])
  })

  it('stays while a host holds capacity for another node of the instance', () => {
    const data = dataOf('HostClaimConfirmed')
    const other: CofferEvent = {
      type: 'HostClaimConfirmed',
      data: { ...data, nodeId: exampleWorld(2).nodeId },
    }
    expect(claimsAfter('HostClaimConfirmed', other, 'HostCapacityReleased').holdersOf(instance)).toEqual([host])
  })

  it('is project, host, flavor and datastore, for an instance that is not deleted', () => {
    const { spec } = dataOf('InstanceRequested')
    const claimed = [project, host, `flavor-${spec.flavor}`, `datastore-${spec.datastore}`]
    expect(claimsAfter('InstanceRequested').streams()).toEqual(claimed)
    expect(claimsAfter('InstanceRequested').projectOf(project)).toBe(world.projectId)
    expect(claimsAfter('InstanceAdopted').streams()).toEqual([host])
    expect(claimsAfter('InstanceRequested', 'InstanceDeleted').streams()).toEqual([])
  })

  it('is the last operation that ended, and whose it was', () => {
    const operation = `operation-${world.operationId}` as StreamName
    const claims = claimsAfter('InstanceRequested', 'InstanceProvisioned')
    expect(claims.streams()).toContain(operation)
    expect(claims.projectOf(operation)).toBe(world.projectId)
    const other = exampleWorld(2).operationId
    const data = dataOf('InstanceRestarted')
    const next = claimsAfter('InstanceRequested', 'InstanceProvisioned', {
      type: 'InstanceRestarted',
      data: { ...data, operationId: other },
    })
    expect([next.holdersOf(operation), next.holdersOf(`operation-${other}` as StreamName)]).toEqual([[], [instance]])
  })

  it('is a token that was issued, until it is revoked or its time has passed', () => {
    const token = `token-${world.tokenId}` as StreamName
    expect(claimsAfter('ProjectTokenConfirmed').holdersOf(token)).toEqual([project])
    expect(claimsAfter('ProjectTokenConfirmed', 'ProjectTokenReleased').streams()).toEqual([])
    const data = dataOf('ProjectTokenHeld')
    const ended: CofferEvent = { type: 'ProjectTokenHeld', data: { ...data, ended: [world.tokenId] } }
    expect(claimsAfter('ProjectTokenConfirmed', ended).streams()).toEqual([])
  })

  it('is the same when an event comes twice', () => {
    const claims = claimsAfter('InstanceRequested', 'QuotaCommitted', 'QuotaCommitted', 'InstanceRequested')
    expect(claims.holdersOf(instance)).toEqual([project])
    expect(claimsAfter('QuotaCommitted', 'QuotaCommitted', released('DELETED')).streams()).toEqual([])
  })
})
