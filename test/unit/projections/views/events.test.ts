import { describe, expect, it } from 'vitest'
import { allViews } from '../../../../projections/registry.ts'
import { eventsView } from '../../../../projections/views/events.ts'
import { createEventLog } from '../../../support/event-log.ts'
import { eventTypes, exampleWorld, plantedSecrets } from '../../../support/example-events.ts'
import { expectDocuments, keysIn, project } from '../../../support/projection-spec.ts'

const world = exampleWorld()

describe('the view of events', () => {
  it('has one document an event, by position: where it is in the log, what it belongs to, when it was and who caused it', async () => {
    const log = createEventLog()
    log.add('HostRegistered', world)
    log.add('InstanceRequested', world, {}, { correlationId: world.operationId })
    await expectDocuments(eventsView, log.events(), {
      '0000000000000000': {
        position: 0,
        type: 'HostRegistered',
        stream: `host-${world.hostId}`,
        revision: 0,
        projectId: null,
        instanceId: null,
        operationId: null,
        atMs: Date.UTC(2030, 0, 1),
        actor: 'ada',
        role: 'member',
        command: null,
        hostId: world.hostId,
      },
      '0000000000000001': {
        position: 1,
        type: 'InstanceRequested',
        stream: `instance-${world.instanceId}`,
        revision: 0,
        projectId: world.projectId,
        instanceId: world.instanceId,
        operationId: world.operationId,
        atMs: Date.UTC(2030, 0, 1, 0, 0, 1),
        actor: 'ada',
        role: 'member',
        command: null,
        hostId: world.hostId,
      },
    })
  })

  it('lists by project, instance and operation, and all together', async () => {
    const log = createEventLog()
    log.add('HostRegistered', world)
    log.add('InstanceRequested', world)
    log.add('OperationStarted', world)
    log.add('TokenIssued', world)
    const dumped = await project(eventsView, log.events(), { deliveries: 1 })
    const at = (...positions: number[]) => positions.map((position) => `000000000000000${position}`)
    expect(keysIn(dumped, 'all', 'all')).toEqual(at(0, 1, 2, 3))
    expect(keysIn(dumped, 'project', 'acme')).toEqual(at(1, 2, 3))
    expect(keysIn(dumped, 'instance', world.instanceId)).toEqual(at(1, 2))
    expect(keysIn(dumped, 'operation', world.operationId)).toEqual(at(2))
    expect(keysIn(dumped, 'host', world.hostId)).toEqual(at(0, 1))
  })

  it('lists by who caused an event, by what and of what type, for all and for each project', async () => {
    const log = createEventLog()
    log.add('HostRegistered', world)
    log.add('InstanceRequested', world, {}, { command: 'CreateInstance' })
    log.add('InstanceRenamed', world, {}, { actor: { kind: 'system', name: 'sagas' } })
    log.add('InstanceHealthChanged', world, {}, { actor: { kind: 'agent', hostId: world.hostId } })
    const dumped = await project(eventsView, log.events(), { deliveries: 1 })
    const at = (...positions: number[]) => positions.map((position) => `000000000000000${position}`)
    expect(keysIn(dumped, 'actor', 'ada')).toEqual(at(0, 1))
    expect(keysIn(dumped, 'project-actor', 'acme/ada')).toEqual(at(1))
    expect(keysIn(dumped, 'role', 'member')).toEqual(at(0, 1))
    expect(keysIn(dumped, 'project-command', 'acme/CreateInstance')).toEqual(at(1))
    expect(keysIn(dumped, 'project-type', 'acme/InstanceRenamed')).toEqual(at(2))
    expect(keysIn(dumped, 'host', world.hostId)).toEqual(at(0, 1, 3))
    for (const busy of ['sagas', world.hostId]) expect(keysIn(dumped, 'actor', busy)).toEqual([])
  })
})

describe('every view', () => {
  it('but that of tokens is without secrets, and that one has no more than the hash it compares with', async () => {
    const log = createEventLog()
    for (const type of eventTypes) log.add(type, world)
    for (const projection of allViews) {
      const text = JSON.stringify(await project(projection, log.events(), { deliveries: 1 }))
      const allowed = projection.view === 'tokens' ? plantedSecrets.secretHash : ' '
      expect(text.replaceAll(allowed, ''), projection.view).not.toContain('planted')
    }
  })
})
