import { describe, expect, it } from 'vitest'
import {
  type InstanceCommand,
  type InstanceEvent,
  instance,
  instanceEvents,
} from '../../../../domain/instance/index.ts'
import { operation, stepNames } from '../../../../domain/operation/index.ts'
import { reactions } from '../../../../domain/reactions/reactions.ts'
import { specOf } from '../../../support/spec.ts'
import { logOf, start, subjectWithAccounts } from '../operation/history.ts'
import { at, commandId, hostId, instanceId, nodeId, operationId, projectId, resources, users } from '../samples.ts'
import { complete, fail, histories, requested, type Situation } from './history.ts'

const { given } = specOf(instance, instanceEvents)
const place = { operationId: operationId(), nodeId: nodeId(2), hostId: hostId(2), sealingKey: 9, users, epoch: 3 }
const move: InstanceCommand = { type: 'MoveInstance', ...place }
const moved: InstanceEvent = { type: 'InstanceMoved', data: place }
const stateAfter = (...events: readonly InstanceEvent[]) => events.reduce(instance.evolve, instance.initial)

describe('an instance whose operation moves to another host', () => {
  it('has a node on that host from then on, in the place of the one before, under its epoch', () => {
    const state = given(requested).when(move).thenEvents(moved)
    expect(state).toMatchObject({
      status: 'PROVISIONING',
      nodes: [{ nodeId: nodeId(2), hostId: hostId(2), role: 'primary', generation: 2, sealingKey: 9 }],
      epoch: 3,
    })
    expect(state).toMatchObject({ operation: { operationId: operationId(), epoch: 3 } })
  })

  it('stays where it is when it is over, or has moved on since', () => {
    given(...histories.ACTIVE)
      .when(move)
      .thenNothing()
    given(requested, { ...moved, data: { ...place, nodeId: nodeId(3), hostId: hostId(3), epoch: 5 } })
      .when(move)
      .thenNothing()
  })

  it('takes no word of the host it has left', () => {
    const said = { type: 'ReportHealth', health: 'HEALTHY', reason: 'the engine answers', epoch: 1 } as const
    for (const node of [
      { nodeId: nodeId(1), hostId: hostId(1) },
      { nodeId: nodeId(2), hostId: hostId(1) },
      { nodeId: nodeId(1), hostId: hostId(2) },
    ])
      given(requested, moved, ...histories.ACTIVE.slice(1))
        .when({ ...said, ...node })
        .thenNothing()
    given(requested, moved, ...histories.ACTIVE.slice(1))
      .when({ ...said, nodeId: nodeId(2), hostId: hostId(2) })
      .thenTypes('InstanceHealthChanged')
  })

  it('follows from the move of the operation', () => {
    const commandIds = Object.fromEntries(stepNames('provision').map((step) => [step, commandId(9)]))
    const log = logOf(start('provision', { subject: subjectWithAccounts }), {
      type: 'MoveOperation',
      from: hostId(1),
      nodeId: nodeId(2),
      hostId: hostId(2),
      sealingKey: 9,
      users,
      commandIds,
      now: at(3),
    })
    const event = log.find(({ type }) => type === 'OperationMoved')
    if (!event) throw new Error('it has moved')
    const command = { ...move, epoch: subjectWithAccounts.epoch + 2 }
    expect(reactions.to(event, log.reduce(operation.evolve, operation.initial))).toEqual([
      { target: 'instance', id: instanceId(), command },
    ])
  })

  it('holds the room on the host it is on now, and none once it has failed', () => {
    const held = reactions.to(moved, stateAfter(requested, moved))
    expect(held).toContainEqual({
      target: 'host',
      id: hostId(2),
      command: {
        type: 'ConfirmClaim',
        hostId: hostId(2),
        nodeId: nodeId(2),
        instanceId: instanceId(),
        resources,
        operationId: operationId(),
      },
    })
    expect(held).toContainEqual(expect.objectContaining({ target: 'project', id: projectId }))
    const state = given(requested, moved)
      .when(fail(1, 'provision', true))
      .thenTypes('InstanceProvisioningFailed')
    expect(reactions.to(moved, stateAfter(requested, moved, ...state))).toEqual([])
    given(requested, moved).when(complete(1, 'provision')).thenTypes('InstanceProvisioned', 'InstanceHealthChanged')
  })

  it('holds that room also where its move is heard of only after it was made', () => {
    const heldAfter = (situation: Situation) =>
      reactions.to(moved, stateAfter(requested, moved, ...histories[situation].slice(1)))
    const claim = { hostId: hostId(2), nodeId: nodeId(2), instanceId: instanceId(), resources }
    const confirm = { target: 'host', id: hostId(2), command: { type: 'ConfirmClaim', ...claim } }
    for (const situation of ['ACTIVE', 'RESTARTING', 'STOPPED', 'FAILED'] as const)
      expect(heldAfter(situation), situation).toContainEqual(confirm)
    for (const situation of ['FAILED without data', 'DELETED'] as const)
      expect(heldAfter(situation), situation).toEqual([])
  })
})
