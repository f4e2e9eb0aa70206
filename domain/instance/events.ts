import { z } from 'zod'
import { restoreSourceSchema } from '../backup/source.ts'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { configurationFactsSchema } from '../guest/report.ts'
import { hostIdSchema, instanceIdSchema, nodeIdSchema, operationIdSchema, projectIdSchema } from '../ids.ts'
import { faultSchema } from '../values/fault.ts'
import { instanceDetailsSchema } from '../values/instance-details.ts'
import {
  databaseSpecSchema,
  endpointSchema,
  healthSchema,
  instanceSpecSchema,
  userSpecSchema,
} from '../values/instance-spec.ts'
import { observedShape } from '../values/observed-accounts.ts'
import { volumeStageSchema } from '../values/volume-use.ts'
import { asked, operationEventDefinitions } from './operations.ts'

export const instanceEvents = {
  ...operationEventDefinitions,
  /** A host had it and the log did not know of it, as after the log was restored from a backup. Its numbers go on above the host's. */
  InstanceAdopted: defineEvent(
    1,
    z.object({
      instanceId: instanceIdSchema,
      projectId: projectIdSchema,
      name: z.string(),
      spec: instanceSpecSchema,
      nodeId: nodeIdSchema,
      nodeGeneration: z.int().positive(),
      hostId: hostIdSchema,
      status: z.enum(['ACTIVE', 'STOPPED']),
      endpoint: endpointSchema.nullable(),
      caCertificate: z.string(),
      epoch: z.int().nonnegative(),
      generation: z.int().nonnegative(),
    }),
  ),
  /**
   * Quota is reserved, a host claimed, and the instance asked for, with one node on that host. `epoch` fences its guest commands, `deadline` is the operation's.
   * `sealingKey`: the number of the host's key that the passwords are sealed to; null when there are none.
   */
  InstanceRequested: defineEvent(
    1,
    z.object({
      instanceId: instanceIdSchema,
      projectId: projectIdSchema,
      name: z.string(),
      spec: instanceSpecSchema,
      nodeId: nodeIdSchema,
      hostId: hostIdSchema,
      sealingKey: z.int().positive().nullable(),
      databases: z.array(databaseSpecSchema),
      users: z.array(userSpecSchema),
      /** The backup that it is made of. Absent: it begins empty. */
      source: restoreSourceSchema.optional(),
      /** Absent: none. */
      details: instanceDetailsSchema.optional(),
      ...asked,
    }),
  ),
  /**
   * Its host was lost before it was provisioned: another one provisions it, with a node that takes the place of the former. `epoch` fences the commands for
   * that one.
   */
  InstanceMoved: defineEvent(
    1,
    z.object({
      operationId: operationIdSchema,
      nodeId: nodeIdSchema,
      hostId: hostIdSchema,
      sealingKey: z.int().positive().nullable(),
      users: z.array(userSpecSchema),
      epoch: z.int().positive(),
    }),
  ),
  /** `nameFence`: the revision of the project's stream at which the name was held. */
  InstanceRenamed: defineEvent(1, z.object({ name: z.string(), nameFence: z.int().nonnegative().optional() })),
  /** What people keep beside it: what is given is so now, the tags all of them, and the rest is as before. */
  InstanceDetailsChanged: defineEvent(1, instanceDetailsSchema.partial()),
  /** The name was held for this instance, which did not get it in time, and another is about to have it. May come before the instance was requested. */
  InstanceNameLapsed: defineEvent(1, z.object({ name: z.string(), nameFence: z.int().nonnegative() })),
  /**
   * The engine's health, the stage of its volume or its last incident has changed, as the agent sees it (or the host monitor, when the host is
   * lost). Absent: as it was. `incident`: null for what is over.
   */
  InstanceHealthChanged: defineEvent(
    1,
    z.object({
      health: healthSchema,
      reason: z.string(),
      volumeStage: volumeStageSchema.optional(),
      incident: z.string().nullable().optional(),
      /** Of the host's report that it follows from, as an older one that is sent again counts no more. Absent where it follows from none. */
      sequence: z.int().nonnegative().optional(),
    }),
  ),
  /**
   * The host's account of the instance differs from the log's, and the log follows it: the host has lost the instance (`MISSING`), has it again,
   * knows of later operations than a log that was restored from a backup, or runs or has stopped the engine of one that was `FAILED`. The next epoch and generation are above those given here.
   */
  InstanceReconciled: defineEvent(
    1,
    z.object({
      status: z.enum(['ACTIVE', 'STOPPED', 'MISSING']),
      health: healthSchema,
      reason: z.string(),
      epoch: z.int().nonnegative(),
      generation: z.int().nonnegative(),
      /** Absent: as it was. */
      volumeStage: volumeStageSchema.optional(),
      incident: z.string().nullable().optional(),
      sequence: z.int().nonnegative().optional(),
    }),
  ),
  /** Its host was removed for good: what it had there is lost, and it holds nothing any more but its name. */
  InstanceHostRemoved: defineEvent(1, z.object({ hostId: hostIdSchema, fault: faultSchema })),
  /** What the engine has of the parameters that were wished is other than before: it was started, or did not start with them. */
  InstanceConfigurationReported: defineEvent(1, configurationFactsSchema),
  /** What is in the engine differs otherwise than before from what Coffer made: somebody has made or dropped databases or users in SQL. */
  InstanceAccountsObserved: defineEvent(1, z.object(observedShape)),
  /** The host has seen higher numbers than the log knows of. */
  InstanceNumbersRaised: defineEvent(1, z.object({ epoch: z.int().nonnegative(), generation: z.int().nonnegative() })),
  /** Clients reach the engine elsewhere than before, or verify it by other authorities: what the host's configuration says has changed. */
  InstanceEndpointChanged: defineEvent(1, z.object({ endpoint: endpointSchema, caCertificate: z.string() })),
}

export type InstanceEvent = EventOf<typeof instanceEvents>
