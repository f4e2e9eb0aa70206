import { describe, expect, it } from 'vitest'
import { hostsProjection } from '../../../../projections/views/hosts.ts'
import { quotasProjection } from '../../../../projections/views/quotas.ts'
import { createEventLog } from '../../../support/event-log.ts'
import { exampleEvent, exampleWorld } from '../../../support/example-events.ts'
import { expectDocuments, keysIn, project } from '../../../support/projection-spec.ts'

const [first, second] = [exampleWorld(1), exampleWorld(2)]
const { projectId, hostId } = first
const one = { vcpus: 1, memoryMiB: 512, volumeGiB: 2 }
const three = { vcpus: 3, memoryMiB: 1024, volumeGiB: 6 }
const four = { vcpus: 4, memoryMiB: 1536, volumeGiB: 8 }
const none = { vcpus: 0, memoryMiB: 0, volumeGiB: 0 }

describe('the view of quotas', () => {
  const holding = (world: typeof first, resources: typeof one) => ({
    [`${projectId}/${world.instanceId}`]: { projectId, instanceId: world.instanceId, resources },
  })

  it('adds up what the instances of a project hold, and counts a reservation that is committed once', async () => {
    const log = createEventLog()
    log.add('QuotaReserved', first)
    log.add('QuotaCommitted', first)
    log.add('QuotaReserved', second, { resources: three })
    await expectDocuments(quotasProjection, log.events(), {
      [projectId]: { projectId, limits: null, used: { ...four, instances: 2 } },
      ...holding(first, one),
      ...holding(second, three),
    })
  })

  it('gives back what is released, once', async () => {
    const log = createEventLog()
    log.add('QuotaReserved', first)
    log.add('QuotaReserved', second, { resources: three })
    log.add('QuotaReleased', first)
    log.add('QuotaReleased', first)
    await expectDocuments(quotasProjection, log.events(), {
      [projectId]: { projectId, limits: null, used: { ...three, instances: 1 } },
      ...holding(second, three),
    })
  })

  it('holds again what was released too early and committed then', async () => {
    const log = createEventLog()
    log.add('QuotaReserved', first)
    log.add('QuotaReleased', first)
    log.add('QuotaCommitted', first)
    await expectDocuments(quotasProjection, log.events(), {
      [projectId]: { projectId, limits: null, used: { ...one, instances: 1 } },
      ...holding(first, one),
    })
  })

  it('shows the limits an admin has set', async () => {
    const log = createEventLog()
    log.add('ProjectQuotaSet', first)
    await expectDocuments(quotasProjection, log.events(), {
      [projectId]: {
        projectId,
        limits: { instances: 5, vcpus: 8, memoryMiB: 8192, volumeGiB: 50 },
        used: { ...none, instances: 0 },
      },
    })
    expect(keysIn(await project(quotasProjection, log.events(), { deliveries: 1 }), 'all', 'all')).toEqual([projectId])
  })
})

describe('the view of hosts', () => {
  const { hostId: _, ...description } = exampleEvent('HostRegistered', first).data as { hostId: string }
  const registered = {
    ...description,
    id: hostId,
    status: 'UP',
    claimed: none,
    unlisted: [],
    registeredAt: '2030-01-01T00:00:00.000Z',
    updatedAt: '2030-01-01T00:00:00.000Z',
  }

  it('shows a host as it last described itself, and since when it is there', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('HostRegistered', first, { address: '10.0.0.2' })
    await expectDocuments(hostsProjection, log.events(), {
      [hostId]: { ...registered, address: '10.0.0.2', updatedAt: '2030-01-01T00:00:01.000Z' },
    })
  })

  it('shows when it is lost, also when it describes itself anew meanwhile, until it returns', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('HostLost', first)
    log.add('HostRegistered', first)
    const lost = { ...registered, status: 'LOST', updatedAt: '2030-01-01T00:00:02.000Z' }
    await expectDocuments(hostsProjection, log.events(), { [hostId]: lost })
    log.add('HostReturned', first)
    await expectDocuments(hostsProjection, log.events(), {
      [hostId]: { ...lost, status: 'UP', updatedAt: '2030-01-01T00:00:03.000Z' },
    })
  })

  it('adds up what instances claim of it, each once, and takes away what they release', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('HostCapacityClaimed', first)
    log.add('HostClaimConfirmed', first)
    log.add('HostCapacityClaimed', second, { resources: three })
    const claim = (world: typeof first, resources: typeof one) => ({
      [`${hostId}/${world.instanceId}`]: { hostId, instanceId: world.instanceId, resources },
    })
    await expectDocuments(hostsProjection, log.events(), {
      [hostId]: { ...registered, claimed: four, updatedAt: '2030-01-01T00:00:03.000Z' },
      ...claim(first, one),
      ...claim(second, three),
    })
    log.add('HostCapacityReleased', first)
    await expectDocuments(hostsProjection, log.events(), {
      [hostId]: { ...registered, claimed: three, updatedAt: '2030-01-01T00:00:04.000Z' },
      ...claim(second, three),
    })
    const dumped = await project(hostsProjection, log.events(), { deliveries: 2 })
    expect(keysIn(dumped, 'all', 'all')).toEqual([hostId])
    expect(keysIn(dumped, 'host', hostId)).toEqual([`${hostId}/${second.instanceId}`])
  })
})
