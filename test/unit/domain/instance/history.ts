import type { InstanceCommand, InstanceEvent } from '../../../../domain/instance/index.ts'
import type { OperationKind } from '../../../../domain/instance/operation-kinds.ts'
import {
  at,
  databases,
  facts,
  fault,
  hostId,
  instanceId,
  nodeId,
  operationId,
  projectId,
  spec,
  users,
} from '../samples.ts'

/** Events of an instance whose n-th operation has the id `operationId(n)`. */
export const requested: InstanceEvent = {
  type: 'InstanceRequested',
  data: {
    instanceId: instanceId(),
    projectId,
    name: 'shop',
    spec,
    nodeId: nodeId(),
    hostId: hostId(),
    sealingKey: 1,
    databases,
    users,
    operationId: operationId(1),
    epoch: 1,
    deadline: at(420),
  },
}

export const provisioned: InstanceEvent = {
  type: 'InstanceProvisioned',
  data: { operationId: operationId(1), ...facts },
}
export const healthy: InstanceEvent = {
  type: 'InstanceHealthChanged',
  data: { health: 'HEALTHY', reason: 'a client query over the endpoint succeeded' },
}
export const provisioningFailed: InstanceEvent = {
  type: 'InstanceProvisioningFailed',
  data: { operationId: operationId(1), fault },
}

const asked = (ordinal: number) => ({
  operationId: operationId(ordinal),
  epoch: 2 * ordinal - 1,
  deadline: at(1000 * ordinal),
})

export const restartRequested = (ordinal: number): InstanceEvent => ({
  type: 'InstanceRestartRequested',
  data: asked(ordinal),
})
export const stopRequested = (ordinal: number): InstanceEvent => ({
  type: 'InstanceStopRequested',
  data: asked(ordinal),
})
export const startRequested = (ordinal: number): InstanceEvent => ({
  type: 'InstanceStartRequested',
  data: asked(ordinal),
})
export const databaseRequested = (ordinal: number, epoch = 2, name = 'crm'): InstanceEvent => ({
  type: 'InstanceDatabaseCreationRequested',
  data: { ...asked(ordinal), epoch, name, characterSet: null, collation: null, users: ['app'], owner: null },
})
export const databaseCreated = (ordinal: number, name = 'crm'): InstanceEvent => ({
  type: 'InstanceDatabaseCreated',
  data: { operationId: operationId(ordinal), name, users: ['app'] },
})
export const deletionRequested = (ordinal: number): InstanceEvent => ({
  type: 'InstanceDeletionRequested',
  data: asked(ordinal),
})
export const restarted = (ordinal: number): InstanceEvent => ({
  type: 'InstanceRestarted',
  data: { operationId: operationId(ordinal) },
})
export const stopped = (ordinal: number): InstanceEvent => ({
  type: 'InstanceStopped',
  data: { operationId: operationId(ordinal) },
})
export const started = (ordinal: number): InstanceEvent => ({
  type: 'InstanceStarted',
  data: { operationId: operationId(ordinal) },
})
export const deleted = (ordinal: number): InstanceEvent => ({
  type: 'InstanceDeleted',
  data: { operationId: operationId(ordinal) },
})
export const operationFailed = (ordinal: number, status: 'ACTIVE' | 'STOPPED' | 'FAILED'): InstanceEvent => ({
  type: 'InstanceOperationFailed',
  data: { operationId: operationId(ordinal), fault, status },
})

/** The ways to every status, by the number of operations they took. */
export const histories = {
  ABSENT: [],
  PROVISIONING: [requested],
  ACTIVE: [requested, provisioned],
  RESTARTING: [requested, provisioned, restartRequested(2)],
  STOPPING: [requested, provisioned, stopRequested(2)],
  STOPPED: [requested, provisioned, stopRequested(2), stopped(2)],
  STARTING: [requested, provisioned, stopRequested(2), stopped(2), startRequested(3)],
  DELETING: [requested, provisioned, deletionRequested(2)],
  DELETED: [requested, provisioned, deletionRequested(2), deleted(2)],
  FAILED: [requested, provisioned, restartRequested(2), operationFailed(2, 'FAILED')],
  'FAILED without data': [requested, provisioningFailed],
} as const satisfies Record<string, readonly InstanceEvent[]>

export type Situation = keyof typeof histories

export const requestInstance: Extract<InstanceCommand, { readonly type: 'RequestInstance' }> = {
  type: 'RequestInstance',
  instanceId: instanceId(),
  projectId,
  name: 'shop',
  spec,
  nodeId: nodeId(),
  hostId: hostId(),
  sealingKey: 1,
  databases,
  users,
  operationId: operationId(1),
  deadline: at(420),
}

export const ask = (kind: 'restart' | 'stop' | 'start' | 'delete', ordinal: number): InstanceCommand => ({
  type: 'RequestOperation',
  kind,
  wish: {},
  operationId: operationId(ordinal),
  deadline: at(1000 * ordinal),
})

export const complete = (ordinal: number, kind: OperationKind): InstanceCommand => ({
  type: 'CompleteOperation',
  operationId: operationId(ordinal),
  kind,
  results: kind === 'provision' ? { engine: facts } : {},
})

export const fail = (
  ordinal: number,
  kind: OperationKind,
  compensated: boolean,
  undoneTo: 'ACTIVE' | 'STOPPED' | null = null,
): InstanceCommand => ({
  type: 'FailOperation',
  operationId: operationId(ordinal),
  kind,
  fault,
  results: {},
  compensated,
  undoneTo,
})
