import { z } from 'zod'
import type { Shown, ShownOf } from '../aggregate.ts'
import { sealedSchema } from '../values/instance-spec.ts'
import type { instanceEvents } from './events.ts'
import { operationEventDefinitions } from './operations.ts'

const withoutSealed = (schema: z.ZodType, value: unknown): unknown => {
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => withoutSealed(schema.element as z.ZodType, item))
  if (!(schema instanceof z.ZodObject)) return value
  const fields = Object.entries<z.ZodType>(schema.shape).filter(
    ([name, field]) => field !== sealedSchema && name in Object(value),
  )
  return Object.fromEntries(
    fields.map(([name, field]) => [name, withoutSealed(field, Reflect.get(Object(value), name))]),
  )
}

type OperationEvents = typeof operationEventDefinitions

/** What operations record is all named in their definitions, and made of plain words: it is shown whole but for what is sealed. */
const ofOperations = Object.fromEntries(
  Object.entries(operationEventDefinitions).map(([type, { schema }]) => [
    type,
    (data: unknown) => withoutSealed(schema, data) as Shown,
  ]),
) as unknown as ShownOf<OperationEvents>

export const instanceShown: ShownOf<typeof instanceEvents> = {
  ...ofOperations,
  InstanceRequested: ({
    users,
    instanceId,
    projectId,
    name,
    spec,
    hostId,
    databases,
    operationId,
    epoch,
    deadline,
    source,
    details,
  }) => ({
    instanceId,
    projectId,
    name,
    spec,
    hostId,
    databases,
    users: users.map(({ name, databases, level, host }) => ({ name, databases, level, host })),
    operationId,
    epoch,
    deadline,
    ...(source && { backupId: source.backupId }),
    ...(details && { details }),
  }),
  InstanceAdopted: ({ instanceId, projectId, name, spec, hostId, status, endpoint, epoch, generation }) => ({
    instanceId,
    projectId,
    name,
    spec,
    hostId,
    status,
    endpoint,
    epoch,
    generation,
  }),
  // A certificate is worth no line of the audit log.
  InstanceProvisioned: ({ operationId, endpoint }) => ({ operationId, endpoint }),
  InstanceRenamed: ({ name }) => ({ name }),
  InstanceDetailsChanged: (changed) => changed,
  InstanceHostRemoved: ({ fault }) => ({ fault }),
  InstanceNameLapsed: ({ name }) => ({ name }),
  InstanceHealthChanged: ({ health, reason, volumeStage, incident }) => ({
    health,
    reason,
    ...(volumeStage && { volumeStage }),
    ...(incident !== undefined && { incident }),
  }),
  InstanceReconciled: ({ status, health, reason, epoch, generation, volumeStage, incident }) => ({
    status,
    health,
    reason,
    epoch,
    generation,
    ...(volumeStage && { volumeStage }),
    ...(incident !== undefined && { incident }),
  }),
  InstanceMoved: ({ operationId, hostId, epoch }) => ({ operationId, hostId, epoch }),
  InstanceNumbersRaised: ({ epoch, generation }) => ({ epoch, generation }),
  InstanceEndpointChanged: ({ endpoint }) => ({ endpoint }),
  InstanceAccountsObserved: ({ databases, users }) => ({ databases, users }),
  InstanceConfigurationReported: ({ effective, refusal }) => ({ effective, refusal }),
}
