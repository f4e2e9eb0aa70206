import { describe, expect, it } from 'vitest'
import { eventCatalogue } from '../../../../domain/catalogue.ts'
import { fold } from '../../../../domain/decider.ts'
import { type HostEvent, host } from '../../../../domain/host/index.ts'
import { parseConfigurationId } from '../../../../domain/ids.ts'
import { type InstanceEvent, instance } from '../../../../domain/instance/index.ts'
import { type OperationInput, operation } from '../../../../domain/operation/index.ts'
import { reactions } from '../../../../domain/reactions/reactions.ts'
import {
  deletionRequested,
  healthy,
  histories,
  operationFailed,
  provisioned,
  provisioningFailed,
  requested,
  restarted,
  restartRequested,
  started,
  startRequested,
  stopped,
  stopRequested,
} from '../instance/history.ts'
import { cancel, failed, logOf, start, subject, succeeded, succeededWithFacts } from '../operation/history.ts'
import {
  at,
  commandId,
  databases,
  facts,
  fault,
  hostDescription,
  hostId,
  instanceId,
  nodeId,
  operationId,
  projectId,
  resources,
  spec,
  users,
} from '../samples.ts'

/** What the last of these events leads to when it is handled at once. */
const reactionsToLast = (...events: readonly InstanceEvent[]) => {
  const last = events.at(-1)
  if (!last) throw new Error('there is no event')
  return reactions.to(last, fold(instance, events))
}

const confirmOutcome = (ordinal: number) => ({
  target: 'operation',
  id: operationId(ordinal),
  command: { type: 'ConfirmOutcome' },
})

const releaseBoth = (reason: string) => [
  {
    target: 'project',
    id: projectId,
    command: { type: 'ReleaseQuota', projectId, instanceId: instanceId(), reason },
  },
  {
    target: 'host',
    id: hostId(),
    command: { type: 'ReleaseCapacity', hostId: hostId(), nodeId: nodeId(), instanceId: instanceId(), reason },
  },
]

describe('a requested instance', () => {
  it('has its resources held and its operation started, in this order', () => {
    const held = { instanceId: instanceId(), resources, operationId: operationId() }
    expect(reactionsToLast(requested)).toEqual([
      { target: 'project', id: projectId, command: { type: 'CommitQuota', projectId, name: 'shop', ...held } },
      {
        target: 'host',
        id: hostId(),
        command: { type: 'ConfirmClaim', hostId: hostId(), nodeId: nodeId(), ...held },
      },
      {
        target: 'operation',
        id: operationId(1),
        command: {
          type: 'StartOperation',
          operationId: operationId(1),
          kind: 'provision',
          deadline: at(420),
          subject: {
            instanceId: instanceId(),
            projectId,
            nodeId: nodeId(),
            nodeGeneration: 1,
            hostId: hostId(),
            sealingKey: 1,
            name: 'shop',
            spec,
            generation: 0,
            epoch: 1,
            databases,
            users,
          },
        },
      },
    ])
  })

  it.each([
    ['ACTIVE', histories.ACTIVE],
    ['FAILED', histories['FAILED without data']],
    ['DELETED', histories.DELETED],
  ])('holds and starts nothing when it is heard of again and the instance is %s by now', (_, events) => {
    expect(reactions.to(requested, fold(instance, events))).toEqual([])
  })
})

describe('a requested change', () => {
  it.each([
    ['restart', histories.RESTARTING, 2],
    ['stop', histories.STOPPING, 2],
    ['start', histories.STARTING, 3],
    ['delete', histories.DELETING, 2],
  ] as const)('starts the operation: %s', (kind, events, ordinal) => {
    expect(reactionsToLast(...events)).toMatchObject([
      {
        target: 'operation',
        id: operationId(ordinal),
        command: { type: 'StartOperation', kind, deadline: at(1000 * ordinal), subject: { epoch: 2 * ordinal - 1 } },
      },
    ])
  })

  it('starts nothing when it is over by now, even if the next is in progress', () => {
    const events = [...histories.RESTARTING, restarted(2), stopRequested(3)]
    expect(reactions.to(restartRequested(2), fold(instance, events))).toEqual([])
  })
})

describe('the end of an operation, once the instance knows of it', () => {
  it.each([
    ['provisioned', [requested, provisioned], 1],
    ['restarted', [...histories.RESTARTING, restarted(2)], 2],
    ['stopped', [...histories.STOPPING, stopped(2)], 2],
    ['started', [...histories.STARTING, started(3)], 3],
    ['as it was', [...histories.RESTARTING, operationFailed(2, 'ACTIVE')], 2],
    ['failed', [...histories.RESTARTING, operationFailed(2, 'FAILED')], 2],
  ] as const)('is confirmed when it is %s', (_, events, ordinal) => {
    expect(reactionsToLast(...events)).toEqual([confirmOutcome(ordinal)])
  })

  it('frees what was held when provisioning failed', () => {
    expect(reactionsToLast(requested, provisioningFailed)).toEqual([confirmOutcome(1), ...releaseBoth('FAILED')])
  })

  it('frees what was held when it is deleted, and ends its schedules', () => {
    expect(reactionsToLast(...histories.DELETED)).toEqual([
      confirmOutcome(2),
      ...releaseBoth('DELETED'),
      {
        target: 'timetable',
        id: projectId,
        command: { type: 'ReleaseEntriesOf', projectId, instanceId: instanceId() },
      },
    ])
  })

  it('frees the same when it is heard of again later', () => {
    const later = fold(instance, [requested, provisioningFailed, deletionRequested(2)])
    expect(reactions.to(provisioningFailed, later)).toEqual([confirmOutcome(1), ...releaseBoth('FAILED')])
  })
})

describe('an event that is heard of late', () => {
  const endings = [restarted(2), operationFailed(2, 'ACTIVE'), operationFailed(2, 'FAILED')]
  const logs: readonly (readonly InstanceEvent[])[] = [
    ...Object.values(histories),
    ...endings.map((ending) => [...histories.RESTARTING, ending, stopRequested(3), stopped(3)]),
  ]

  it('touches nothing but its own operation and what is free already, unless the present must be seen for it', () => {
    for (const log of logs) {
      for (const [index, event] of log.entries()) {
        if (reactions.needPresent(event)) continue
        for (let seen = index + 1; seen <= log.length; seen += 1) {
          for (const effect of reactions.to(event, fold(instance, log.slice(0, seen)))) {
            if (effect.target === 'backup-store') throw new Error('no event of an instance removes a backup')
            const { target, command } = effect
            const harmless = target === 'operation' || command.type.startsWith('Release')
            expect(harmless, `${command.type} after ${event.type}`).toBe(true)
          }
        }
      }
    }
  })

  it('is the request of an instance, where resources may be free again that it would hold', () => {
    expect(logs.flatMap((log) => log.filter(reactions.needPresent)).every((event) => event === requested)).toBe(true)
    expect(reactions.to(requested, fold(instance, [requested])).map(({ target }) => target)).toContain('project')
  })
})

describe('what is told to nobody', () => {
  it('is a change of health', () => {
    expect(reactionsToLast(...histories.ACTIVE, healthy)).toEqual([])
  })
})

describe('a new name', () => {
  it('is confirmed to the project, which held it', () => {
    const command = { type: 'ConfirmName', projectId, instanceId: instanceId(), name: 'store' }
    expect(reactionsToLast(...histories.ACTIVE, { type: 'InstanceRenamed', data: { name: 'store' } })).toEqual([
      { target: 'project', id: projectId, command },
    ])
  })
})

describe('an outcome', () => {
  const reactionsToOutcome = (...inputs: readonly OperationInput[]) => {
    const log = logOf(...inputs)
    const reached = log.find(({ type }) => type === 'OperationOutcomeReached')
    if (!reached) throw new Error('no outcome was reached')
    return reactions.to(reached, fold(operation, log))
  }

  it('that is success completes the operation on the instance, with what the engine told', () => {
    expect(
      reactionsToOutcome(
        start('provision'),
        succeeded(commandId(1)),
        succeededWithFacts(commandId(2)),
        succeeded(commandId(3)),
      ),
    ).toEqual([
      {
        target: 'instance',
        id: instanceId(),
        command: {
          type: 'CompleteOperation',
          operationId: operationId(),
          kind: 'provision',
          results: { engine: facts },
        },
      },
    ])
  })

  it('that is success without news of the engine completes it too', () => {
    expect(reactionsToOutcome(start('stop'), succeeded(commandId(1)))).toMatchObject([
      { command: { type: 'CompleteOperation', kind: 'stop', results: {} } },
    ])
  })

  it.each([
    ['undone', [start('start'), failed(commandId(1)), succeeded(commandId(3))], true],
    ['not undone', [start('start'), failed(commandId(1)), failed(commandId(3))], false],
    ['without a way back', [start('delete'), failed(commandId(1))], false],
    ['cancelled', [start('start'), cancel(), succeeded(commandId(3))], true],
  ] as const)('that is failure fails the operation on the instance: %s', (_, inputs, compensated) => {
    expect(reactionsToOutcome(...inputs)).toMatchObject([
      { target: 'instance', id: instanceId(), command: { type: 'FailOperation', compensated } },
    ])
  })

  it('carries the fault as it is', () => {
    expect(reactionsToOutcome(start('start'), failed(commandId(1)), succeeded(commandId(3)))).toMatchObject([
      { command: { fault } },
    ])
  })

  it('that is the failure of a configuration is told to the group whose values it gave, and to no other', () => {
    const configurationId = parseConfigurationId('019a000b-0000-7000-8000-000000000001')
    const failing = (id: string | null) => {
      const wished = { ...subject, wish: { ...subject.wish, configurationId: id } }
      return reactionsToOutcome(start('configure', { subject: wished }), failed(commandId(1)), succeeded(commandId(3)))
    }
    expect(failing(configurationId)).toMatchObject([
      { target: 'instance', command: { type: 'FailOperation', kind: 'configure' } },
      {
        target: 'configuration',
        id: configurationId,
        command: { type: 'NoteFailed', instanceId: instanceId(), operationId: operationId(), reason: fault.message },
      },
    ])
    expect(failing(null).map(({ target }) => target)).toEqual(['instance'])
  })

  it('is the only event of an operation that leads to something', () => {
    const log = logOf(start('start'), cancel(), succeeded(commandId(3)))
    const others = log.filter(({ type }) => type !== 'OperationOutcomeReached')
    for (const event of others) expect(reactions.to(event, fold(operation, log))).toEqual([])
  })
})

describe('a registered host', () => {
  it('has its versions offered, by datastore', () => {
    const event: HostEvent = { type: 'HostRegistered', data: hostDescription() }
    expect(reactions.to(event, host.initial)).toEqual([
      {
        target: 'datastore',
        id: 'postgresql',
        command: { type: 'OfferDatastoreVersions', datastore: 'postgresql', versions: ['17.10', '18.4'] },
      },
      {
        target: 'datastore',
        id: 'redis',
        command: { type: 'OfferDatastoreVersions', datastore: 'redis', versions: ['7.0.15'] },
      },
    ])
  })

  it('has a version offered once that it has from two sources', () => {
    const engines = [
      { datastore: 'postgresql', version: '17.10', source: 'npm' },
      { datastore: 'postgresql', version: '17.10', source: 'system' },
    ] as const
    const event: HostEvent = { type: 'HostRegistered', data: { ...hostDescription(), engines: [...engines] } }
    expect(reactions.to(event, host.initial)).toMatchObject([{ command: { versions: ['17.10'] } }])
  })

  it('leads to nothing more when it is lost', () => {
    expect(reactions.to({ type: 'HostLost', data: { hostId: hostId(), lastSeenAt: at(0) } }, host.initial)).toEqual([])
  })
})

describe('the list of events that lead to something', () => {
  const events: readonly (readonly InstanceEvent[])[] = [
    ...Object.values(histories),
    [...histories.RESTARTING, restarted(2)],
    [...histories.STOPPING, stopped(2)],
    [...histories.STARTING, started(3)],
    [...histories.ACTIVE, healthy],
    [...histories.FAILED, startRequested(3)],
  ]

  it('names those of instances that do, and no others', () => {
    for (const history of events.filter((each) => each.length > 0)) {
      const type = history.at(-1)?.type ?? ''
      expect([type, reactionsToLast(...history).length > 0]).toEqual([type, reactions.types.has(type)])
    }
  })

  it('names only events that there are', () => {
    for (const type of reactions.types) expect(Object.keys(eventCatalogue)).toContain(type)
  })
})
