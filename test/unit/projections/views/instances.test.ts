import { describe, expect, it } from 'vitest'
import type { CofferEventType } from '../../../../domain/catalogue.ts'
import { noConfiguration } from '../../../../domain/instance/known.ts'
import { noDetails } from '../../../../domain/values/instance-details.ts'
import { nothingObserved } from '../../../../domain/values/observed-accounts.ts'
import type { InstanceDocument } from '../../../../projections/views/instance-document.ts'
import { instancesView } from '../../../../projections/views/instances.ts'
import { createEventLog } from '../../../support/event-log.ts'
import { exampleUuid, exampleWorld } from '../../../support/example-events.ts'
import { expectDocuments, keysIn, project } from '../../../support/projection-spec.ts'

const world = exampleWorld()

const requested: InstanceDocument = {
  id: world.instanceId,
  projectId: world.projectId,
  name: 'shop',
  status: 'PROVISIONING',
  health: 'UNKNOWN',
  healthReason: null,
  volumeStage: 'ROOMY',
  incident: null,
  datastore: 'postgresql',
  version: '17.10',
  flavor: world.flavorId,
  resources: { vcpus: 1, memoryMiB: 512, volumeGiB: 2 },
  hostId: world.hostId,
  nodes: [{ id: world.nodeId, hostId: world.hostId, role: 'primary', generation: 1 }],
  endpoint: null,
  caCertificate: null,
  databases: ['app'],
  users: [{ name: 'app', host: null, access: [{ database: 'app', level: 'all' }] }],
  rootEnabled: false,
  ...noDetails,
  observed: nothingObserved,
  configuration: noConfiguration,
  operationId: world.operationId,
  sharedOperationIds: [],
  fault: null,
  createdAt: '2030-01-01T00:00:00.000Z',
  updatedAt: '2030-01-01T00:00:00.000Z',
  // Which of the events it was is asked below.
  statusPosition: expect.any(Number),
  healthPosition: expect.any(Number),
  stateVersion: 0,
}

/** The document after these events, each a second after the other. */
const expectAfter = async (types: readonly CofferEventType[], changes: Partial<InstanceDocument>): Promise<void> => {
  const log = createEventLog()
  for (const type of types) log.add(type, world)
  const last = types.length - 1
  await expectDocuments(instancesView, log.events(), {
    [world.instanceId]: {
      ...requested,
      updatedAt: `2030-01-01T00:00:0${last}.000Z`,
      stateVersion: last,
      ...changes,
    },
  })
}

const provisioned = ['InstanceRequested', 'InstanceProvisioned'] as const
const active: Partial<InstanceDocument> = {
  status: 'ACTIVE',
  endpoint: { host: '127.0.0.1', port: 5432 },
  caCertificate: 'PEM',
  operationId: null,
}
const fault = { code: 'ENGINE_START_FAILED', message: 'the engine did not start', retryable: true, cause: 'last lines' }

describe('the view of instances', () => {
  it('has an instance from its request on, without its passwords', () => expectAfter(['InstanceRequested'], {}))

  it('shows endpoint and certificate once it is provisioned', () => expectAfter(provisioned, active))

  it('shows why provisioning failed', () =>
    expectAfter(['InstanceRequested', 'InstanceProvisioningFailed'], { status: 'FAILED', operationId: null, fault }))

  it('keeps what it was asked for with, and follows what people change of it', async () => {
    const details = { description: 'What we sell', tags: [{ key: 'team', value: 'web' }], deletionProtected: true }
    const log = createEventLog()
    log.add('InstanceRequested', world, { details })
    await expectDocuments(instancesView, log.events(), { [world.instanceId]: { ...requested, ...details } })
    await expectAfter([...provisioned, 'InstanceDetailsChanged'], {
      ...active,
      tags: [{ key: 'team', value: 'data' }],
    })
  })

  it('follows a rename', () => expectAfter([...provisioned, 'InstanceRenamed'], { ...active, name: 'store' }))

  it.each([
    ['InstanceRestartRequested', 'RESTARTING', 'InstanceRestarted', 'ACTIVE'],
    ['InstanceStopRequested', 'STOPPING', 'InstanceStopped', 'STOPPED'],
    ['InstanceStartRequested', 'STARTING', 'InstanceStarted', 'ACTIVE'],
  ] as const)('names the operation from %s (%s) until %s (%s)', async (request, during, done, after) => {
    await expectAfter([...provisioned, request], { ...active, status: during, operationId: world.operationId })
    await expectAfter([...provisioned, request, done], { ...active, status: after })
  })

  it('has no endpoint any more once it is deleted', async () => {
    await expectAfter([...provisioned, 'InstanceDeletionRequested'], {
      ...active,
      status: 'DELETING',
      operationId: world.operationId,
    })
    await expectAfter([...provisioned, 'InstanceDeletionRequested', 'InstanceDeleted'], {
      ...active,
      status: 'DELETED',
      endpoint: null,
    })
  })

  it('shows the fault of the last operation until the next one is asked for', async () => {
    const failed = [...provisioned, 'InstanceRestartRequested', 'InstanceOperationFailed'] as const
    await expectAfter(failed, { ...active, status: 'ACTIVE', fault })
    await expectAfter([...failed, 'InstanceStopRequested'], {
      ...active,
      status: 'STOPPING',
      operationId: world.operationId,
    })
  })

  it('shows health as it is reported', () =>
    expectAfter([...provisioned, 'InstanceHealthChanged'], {
      ...active,
      health: 'UNHEALTHY',
      healthReason: 'no answer',
    }))

  it('lists by project, by name and all together, the live ones also apart', async () => {
    const log = createEventLog()
    const other = exampleWorld(2)
    for (const one of [other, world]) log.add('InstanceRequested', one)
    log.add('InstanceDeletionRequested', other)
    log.add('InstanceDeleted', other)
    const dumped = await project(instancesView, log.events(), { deliveries: 1 })
    const both = [world.instanceId, other.instanceId]
    expect(keysIn(dumped, 'project', 'acme')).toEqual(both)
    expect(keysIn(dumped, 'all', 'all')).toEqual(both)
    expect(keysIn(dumped, 'name', 'acme/shop')).toEqual(both)
    expect(keysIn(dumped, 'project-live', 'acme')).toEqual([world.instanceId])
    expect(keysIn(dumped, 'all-live', 'all')).toEqual([world.instanceId])
    expect(keysIn(dumped, 'name-live', 'acme/shop')).toEqual([world.instanceId])
  })

  it('ignores an event of an instance that was never requested', async () => {
    const log = createEventLog()
    log.add('InstanceRenamed', exampleWorld(9), { name: exampleUuid('nobody') })
    await expectDocuments(instancesView, log.events(), {})
  })
})

describe('where the log says why', () => {
  it.each([
    ['status', ['InstanceRequested'], 0],
    ['status', ['InstanceRequested', 'InstanceProvisioned'], 1],
    ['status', ['InstanceRequested', 'InstanceProvisioned', 'InstanceRenamed', 'InstanceHealthChanged'], 1],
    ['status', ['InstanceRequested', 'InstanceProvisioned', 'InstanceRestartRequested'], 2],
    ['health', ['InstanceRequested', 'InstanceProvisioned'], 0],
    ['health', ['InstanceRequested', 'InstanceProvisioned', 'InstanceHealthChanged', 'InstanceRenamed'], 2],
    // The second says what the first has said.
    ['health', ['InstanceRequested', 'InstanceHealthChanged', 'InstanceHealthChanged'], 1],
  ] as const)('is the event that set the %s: of %j the one with revision %i', async (what, types, revision) => {
    const log = createEventLog()
    for (const type of types) log.add(type, world)
    const [dumped] = await project(instancesView, log.events(), { deliveries: 1 })
    const document = dumped?.document as InstanceDocument
    expect(document[`${what}Position`]).toBe(log.events()[revision]?.position)
  })

  it.each([
    ['InstanceDatabaseCreationRequested', 'InstanceDatabaseCreated'],
    ['InstanceDatabaseDeletionRequested', 'InstanceDatabaseDeleted'],
    ['InstanceUsersCreationRequested', 'InstanceUsersCreated'],
    ['InstanceUsersDeletionRequested', 'InstanceUsersDeleted'],
    ['InstanceAccessGrantRequested', 'InstanceAccessGranted'],
    ['InstanceAccessRevocationRequested', 'InstanceAccessRevoked'],
  ] as const)('is told of the end of shared work: %s, %s', async (begins, ends) => {
    const log = createEventLog()
    for (const type of [...provisioned, begins, ends]) log.add(type, world)
    const [dumped] = await project(instancesView, log.events(), { deliveries: 1 })
    expect(dumped?.document).toMatchObject({ sharedOperationIds: [] })
  })
})
