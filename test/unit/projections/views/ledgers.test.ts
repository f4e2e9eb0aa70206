import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../../../commands/ports/event-store.ts'
import { hostStream } from '../../../../domain/host/index.ts'
import { projectStream } from '../../../../domain/project/index.ts'
import type { Projection } from '../../../../projections/projection.ts'
import type { HostDocument } from '../../../../projections/views/hosts.ts'
import { hostsView } from '../../../../projections/views/hosts.ts'
import type { QuotaDocument } from '../../../../projections/views/quotas.ts'
import { quotasView } from '../../../../projections/views/quotas.ts'
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
    await expectDocuments(quotasView, log.events(), {
      [projectId]: { projectId, limits: null, used: { ...four, instances: 2 }, backupBytes: 0, flaws: [] },
      ...holding(first, one),
      ...holding(second, three),
    })
  })

  it('adds up what backups take, and gives back what has lapsed or is gone', async () => {
    const log = createEventLog()
    const of = (world: typeof first, bytes: number) => ({ projectId, backupId: world.backupId, bytes })
    log.add('ProjectBackupHeld', first, { ...of(first, 100), ended: [] })
    log.add('ProjectBackupHeld', second, { ...of(second, 30), ended: [] })
    log.add('ProjectBackupConfirmed', second, of(second, 7))
    const quota = (backupBytes: number) => ({
      [projectId]: { projectId, limits: null, used: { ...none, instances: 0 }, backupBytes, flaws: [] },
    })
    const taken = (world: typeof first, bytes: number) => ({
      [`${projectId}/${world.backupId}`]: { backupId: world.backupId, bytes },
    })
    await expectDocuments(quotasView, log.events(), { ...quota(107), ...taken(first, 100), ...taken(second, 7) })
    log.add('ProjectBackupHeld', exampleWorld(3), { ...of(exampleWorld(3), 5), ended: [first.backupId] })
    log.add('ProjectBackupReleased', second, { projectId, backupId: second.backupId })
    await expectDocuments(quotasView, log.events(), { ...quota(5), ...taken(exampleWorld(3), 5) })
  })

  it('gives back what is released, once', async () => {
    const log = createEventLog()
    log.add('QuotaReserved', first)
    log.add('QuotaReserved', second, { resources: three })
    log.add('QuotaReleased', first)
    log.add('QuotaReleased', first)
    await expectDocuments(quotasView, log.events(), {
      [projectId]: { projectId, limits: null, used: { ...three, instances: 1 }, backupBytes: 0, flaws: [] },
      ...holding(second, three),
    })
  })

  it('holds again what was released too early and committed then', async () => {
    const log = createEventLog()
    log.add('QuotaReserved', first)
    log.add('QuotaReleased', first)
    log.add('QuotaCommitted', first)
    await expectDocuments(quotasView, log.events(), {
      [projectId]: { projectId, limits: null, used: { ...one, instances: 1 }, backupBytes: 0, flaws: [] },
      ...holding(first, one),
    })
  })

  it('shows the limits an admin has set', async () => {
    const log = createEventLog()
    log.add('ProjectQuotaSet', first)
    await expectDocuments(quotasView, log.events(), {
      [projectId]: {
        projectId,
        limits: { instances: 5, vcpus: 8, memoryMiB: 8192, volumeGiB: 50 },
        used: { ...none, instances: 0 },
        backupBytes: 0,
        flaws: [],
      },
    })
    expect(keysIn(await project(quotasView, log.events(), { deliveries: 1 }), 'all', 'all')).toEqual([projectId])
  })
})

describe('the view of hosts', () => {
  const {
    hostId: _,
    sequence: __,
    ...description
  } = exampleEvent('HostRegistered', first).data as {
    hostId: string
    sequence: number
  }
  const registered = {
    ...description,
    refusedKey: null,
    id: hostId,
    status: 'UP',
    claimed: none,
    cordon: null,
    unlisted: [],
    flaws: [],
    registeredAt: '2030-01-01T00:00:00.000Z',
    updatedAt: '2030-01-01T00:00:00.000Z',
  }

  it('shows a host as it last described itself, and since when it is there', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('HostRegistered', first, { address: '10.0.0.2' })
    await expectDocuments(hostsView, log.events(), {
      [hostId]: { ...registered, address: '10.0.0.2', updatedAt: '2030-01-01T00:00:01.000Z' },
    })
  })

  it('shows when it is lost, also when it describes itself anew meanwhile, until it returns', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('HostLost', first)
    log.add('HostRegistered', first)
    const lost = { ...registered, status: 'LOST', updatedAt: '2030-01-01T00:00:02.000Z' }
    await expectDocuments(hostsView, log.events(), { [hostId]: lost })
    log.add('HostReturned', first)
    await expectDocuments(hostsView, log.events(), {
      [hostId]: { ...lost, status: 'UP', updatedAt: '2030-01-01T00:00:03.000Z' },
    })
  })

  it('shows that it is cordoned, also when it describes itself anew meanwhile, until that is over', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('HostCordoned', first)
    log.add('HostRegistered', first)
    const cordon = { since: '2030-01-01T00:00:00.000Z', reason: 'a new disk' }
    await expectDocuments(hostsView, log.events(), {
      [hostId]: { ...registered, cordon, updatedAt: '2030-01-01T00:00:02.000Z' },
    })
    log.add('HostUncordoned', first)
    await expectDocuments(hostsView, log.events(), {
      [hostId]: { ...registered, updatedAt: '2030-01-01T00:00:03.000Z' },
    })
  })

  it('adds up what nodes claim of it, each once, and takes away what they release', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('HostCapacityClaimed', first)
    log.add('HostClaimConfirmed', first)
    log.add('HostCapacityClaimed', second, { resources: three })
    const claim = (world: typeof first, resources: typeof one) => ({
      [`${hostId}/${world.nodeId}`]: { hostId, nodeId: world.nodeId, instanceId: world.instanceId, resources },
    })
    await expectDocuments(hostsView, log.events(), {
      [hostId]: { ...registered, claimed: four, updatedAt: '2030-01-01T00:00:03.000Z' },
      ...claim(first, one),
      ...claim(second, three),
    })
    log.add('HostCapacityReleased', first)
    await expectDocuments(hostsView, log.events(), {
      [hostId]: { ...registered, claimed: three, updatedAt: '2030-01-01T00:00:04.000Z' },
      ...claim(second, three),
    })
    const dumped = await project(hostsView, log.events(), { deliveries: 2 })
    expect(keysIn(dumped, 'all', 'all')).toEqual([hostId])
    expect(keysIn(dumped, 'host', hostId)).toEqual([`${hostId}/${second.nodeId}`])
  })
})

describe('a view of what may have lost a part of its history', () => {
  /** As the log gives them, with one event spoiled. */
  const spoiled = (events: readonly StoredEvent[], revision: number): readonly StoredEvent[] =>
    events.map((event) =>
      event.revision === revision && !event.stream.startsWith('exclusion-') ? { ...event, metadata: null } : event,
    )
  const documentIn = async (projection: Projection, events: readonly StoredEvent[], key: string) =>
    (await project(projection, events, { deliveries: 2 })).find((each) => each.key === key)?.document as
      | (QuotaDocument & HostDocument)
      | undefined

  it('marks a project and a host whose heads are missing, for good', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('QuotaReserved', first)
    log.add('HostCapacityClaimed', first)
    log.add('QuotaCommitted', first)
    const cut = log.events().filter(({ revision }) => revision > 0)
    expect((await documentIn(quotasView, cut, projectId))?.flaws).toEqual([0])
    const host = await documentIn(hostsView, cut, hostId)
    expect(host).toMatchObject({ id: hostId, name: hostId, flaws: [0], registeredAt: null })
    expect(keysIn(await project(hostsView, cut, { deliveries: 1 }), 'status', 'UNREADABLE')).toEqual([hostId])
  })

  it('takes a history that begins with what the view ignores for whole', async () => {
    const log = createEventLog()
    log.add('ProjectTokenHeld', first)
    log.add('QuotaReserved', first)
    expect((await documentIn(quotasView, log.events(), projectId))?.flaws).toEqual([])
  })

  it('marks what rests on an event that cannot be read, until that is left out', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('QuotaReserved', first)
    log.add('ProjectTokenHeld', first)
    log.add('QuotaReserved', second, { resources: three })
    const quota = (events: readonly StoredEvent[]) => documentIn(quotasView, events, projectId)
    for (const revision of [0, 1, 2]) {
      expect((await quota(spoiled(log.events(), revision)))?.flaws).toEqual([revision])
    }
    log.add('EventExcluded', first, { stream: projectStream(projectId), revision: 2 })
    expect((await quota(spoiled(log.events(), 1)))?.flaws).toEqual([1])
    expect(await quota(spoiled(log.events(), 2))).toMatchObject({ flaws: [], used: { instances: 1 } })
    expect((await documentIn(hostsView, spoiled(log.events(), 2), hostId))?.flaws).toEqual([])
  })

  it('shows a host whose first registration was left out once it registers again', async () => {
    const log = createEventLog()
    log.add('HostRegistered', first)
    log.add('EventExcluded', first, { stream: hostStream(hostId), revision: 0 })
    const shown = async () => documentIn(hostsView, spoiled(log.events(), 0), hostId)
    expect(await shown()).toMatchObject({ flaws: [], registeredAt: null })
    log.add('HostRegistered', first)
    expect(await shown()).toMatchObject({ flaws: [], name: 'db-1', registeredAt: expect.any(String) })
  })

  it('keeps a hundred of them apart, and stays marked where there are more', async () => {
    const log = createEventLog()
    log.add('ProjectQuotaSet', first)
    for (let count = 0; count < 150; count += 1) log.add('ProjectTokenHeld', first)
    for (let revision = 1; revision <= 150; revision += 1) {
      log.add('EventExcluded', first, { stream: projectStream(projectId), revision })
    }
    const events = log
      .events()
      .map((event) => (event.type === 'ProjectTokenHeld' ? { ...event, metadata: null } : event))
    expect((await documentIn(quotasView, events, projectId))?.flaws).toHaveLength(100)
  })
})
