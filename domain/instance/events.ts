import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { hostIdSchema, instanceIdSchema, operationIdSchema, projectIdSchema } from '../ids.ts'
import { faultSchema } from '../values/fault.ts'
import {
  databaseSpecSchema,
  endpointSchema,
  healthSchema,
  instanceSpecSchema,
  userSpecSchema,
} from '../values/instance-spec.ts'

const operation = { operationId: operationIdSchema, epoch: z.int().positive(), deadline: z.iso.datetime() }

export const instanceEvents = {
  /** Quota is reserved, a host claimed, and the instance asked for. `epoch` fences its guest commands, `deadline` is the operation's. */
  InstanceRequested: defineEvent(
    1,
    z.object({
      instanceId: instanceIdSchema,
      projectId: projectIdSchema,
      name: z.string(),
      spec: instanceSpecSchema,
      hostId: hostIdSchema,
      databases: z.array(databaseSpecSchema),
      users: z.array(userSpecSchema),
      ...operation,
    }),
  ),
  /** A client query over the endpoint succeeded. `caCertificate`: PEM of the CA that signed the engine's certificate. */
  InstanceProvisioned: defineEvent(
    1,
    z.object({ operationId: operationIdSchema, endpoint: endpointSchema, caCertificate: z.string() }),
  ),
  /** Everything the operation had made was removed again, or the fault says what could not be. */
  InstanceProvisioningFailed: defineEvent(1, z.object({ operationId: operationIdSchema, fault: faultSchema })),
  InstanceRenamed: defineEvent(1, z.object({ name: z.string() })),
  InstanceRestartRequested: defineEvent(1, z.object(operation)),
  InstanceRestarted: defineEvent(1, z.object({ operationId: operationIdSchema })),
  InstanceStopRequested: defineEvent(1, z.object(operation)),
  InstanceStopped: defineEvent(1, z.object({ operationId: operationIdSchema })),
  InstanceStartRequested: defineEvent(1, z.object(operation)),
  InstanceStarted: defineEvent(1, z.object({ operationId: operationIdSchema })),
  InstanceDeletionRequested: defineEvent(1, z.object(operation)),
  /** Nothing of it is left on its host. */
  InstanceDeleted: defineEvent(1, z.object({ operationId: operationIdSchema })),
  /** An operation other than provisioning ended without reaching its aim; `status` is where its compensation left the instance. */
  InstanceOperationFailed: defineEvent(
    1,
    z.object({
      operationId: operationIdSchema,
      fault: faultSchema,
      status: z.enum(['ACTIVE', 'STOPPED', 'FAILED']),
    }),
  ),
  /** The agent (or, when its host is lost, the host monitor) sees the engine in another state of health than before. */
  InstanceHealthChanged: defineEvent(1, z.object({ health: healthSchema, reason: z.string() })),
}

export type InstanceEvent = EventOf<typeof instanceEvents>
