import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { hostIdSchema, instanceIdSchema, nodeIdSchema, operationIdSchema } from '../ids.ts'
import { datastoreTypeSchema, instanceLabelSchema } from '../values/instance-spec.ts'
import { holdingSchema } from '../values/ledger.ts'
import { resourcesSchema } from '../values/resources.ts'
import { sealingKeySchema } from '../values/sealing-key.ts'

/**
 * One installed engine version an agent found. `source`: `npm`, `added`, `system` or another word for where it comes from. `libraries`: those that the build brings
 * along, and nobody but its maker mends.
 */
export const engineSchema = z.object({
  datastore: datastoreTypeSchema,
  version: z.string(),
  source: z.string(),
  libraries: z.array(z.object({ name: z.string(), version: z.string() })).optional(),
})
export type Engine = z.infer<typeof engineSchema>

/** What the agent can give every instance, and in words what it cannot (`missing`). */
export const isolationSchema = z.object({
  unixUser: z.boolean(),
  cgroup: z.enum(['v2', 'v1', 'none']),
  volume: z.enum(['loop', 'directory']),
  missing: z.array(z.string()),
})
export type Isolation = z.infer<typeof isolationSchema>

/** What each instance takes one of, or a fixed number, however small it is: a port, a Unix account, a loop device, processes. */
export const instanceNeedSchema = z.enum(['ports', 'accounts', 'loopDevices', 'processes'])
export type InstanceNeed = z.infer<typeof instanceNeedSchema>

/** No more than `atMost` instances fit, those that are there included, for want of what `limitedBy` says. */
export const instanceLimitSchema = z.object({ atMost: z.int().nonnegative(), limitedBy: instanceNeedSchema })
export type InstanceLimit = z.infer<typeof instanceLimitSchema>

/** What an agent says of its host. `caCertificate`: PEM. `instanceLimit`: absent where the agent cannot tell. */
export const hostDescriptionSchema = z.object({
  hostId: hostIdSchema,
  name: z.string(),
  address: z.string(),
  agentVersion: z.string(),
  caCertificate: z.string(),
  capacity: resourcesSchema,
  instanceLimit: instanceLimitSchema.optional(),
  engines: z.array(engineSchema),
  isolation: isolationSchema,
})
export type HostDescription = z.infer<typeof hostDescriptionSchema>

/** What a host has of a node that the log does not know of. `label` null: it was never told. */
export const foundSchema = z.object({
  nodeGeneration: z.int().positive(),
  label: instanceLabelSchema.nullable(),
  running: z.boolean(),
  port: z.int().nullable(),
  epoch: z.int().nonnegative(),
  generation: z.int(),
})
export type FoundNode = z.infer<typeof foundSchema>

/** Of the message that it follows from: an older one that is sent again counts no more. Absent where it follows from none, or from one that is not signed. */
const sequence = z.int().nonnegative().optional()

/** A node on the host, and whose it is. */
const nodeOnHost = { hostId: hostIdSchema, nodeId: nodeIdSchema, instanceId: instanceIdSchema }

export const hostEvents = {
  /**
   * The agent registered for the first time, or with a description or a key other than before. `signingKey`: what the host signs by from now on (Ed25519, base64url);
   * absent for an agent of before messages were signed.
   */
  HostRegistered: defineEvent(1, hostDescriptionSchema.extend({ signingKey: z.string().optional(), sequence })),
  /** Somebody registered as the host with another key, which nothing lets in. Told once, until the host has another key. */
  HostKeyRefused: defineEvent(1, z.object({ hostId: hostIdSchema, signingKey: z.string() })),
  /**
   * What its agent is told of its registration, where it does not know that: why it is not let in, or not with what it says of itself now, and what
   * to do; null when it is let in after all. What it registered with before stays. `reportId`: of the registration.
   */
  HostRegistrationAnswered: defineEvent(
    1,
    z.object({ hostId: hostIdSchema, name: z.string(), refusal: z.string().nullable(), reportId: z.uuid() }),
  ),
  /** These keys, in the order of their numbers, are what the host has to offer from now on: it destroyed the others, or they are taken. */
  HostSealingKeysOffered: defineEvent(1, z.object({ hostId: hostIdSchema, keys: z.array(sealingKeySchema), sequence })),
  /** Secrets of this operation are sealed to the key, and no others are. */
  HostSealingKeyTaken: defineEvent(
    1,
    z.object({ hostId: hostIdSchema, operationId: operationIdSchema, sealingKey: sealingKeySchema }),
  ),
  /**
   * Capacity is held for a node until `expiresAt`, for it to be requested. `sealingKey`: for the passwords of its instance there and for no other node;
   * absent when it has none.
   */
  HostCapacityClaimed: defineEvent(
    1,
    z.object({
      ...nodeOnHost,
      resources: resourcesSchema,
      expiresAt: z.iso.datetime(),
      sealingKey: sealingKeySchema.optional(),
    }),
  ),
  /** The node was requested: what it claims is held until it is released, and what is for `increases` until their time has passed. */
  HostClaimConfirmed: defineEvent(1, z.object({ ...nodeOnHost, ...holdingSchema })),
  /** `MOVED`: another node took the place of this one, and nothing of it is left here. */
  HostCapacityReleased: defineEvent(
    1,
    z.object({
      ...nodeOnHost,
      reason: z.enum(['DELETED', 'FAILED', 'NOT_REQUESTED', 'EXPIRED', 'MOVED']),
    }),
  ),
  /** An admin says that the host is gone for good. Its databases are given up one after the other. */
  HostRemoved: defineEvent(1, z.object({ hostId: hostIdSchema, removedAt: z.iso.datetime() })),
  /** An admin keeps new nodes off the host; those that it has go on. Where it was so already, the reason is another. */
  HostCordoned: defineEvent(
    1,
    z.object({ hostId: hostIdSchema, since: z.iso.datetime(), reason: z.string().nullable() }),
  ),
  HostUncordoned: defineEvent(1, z.object({ hostId: hostIdSchema })),
  /** No heartbeat came for longer than the bound. */
  HostLost: defineEvent(1, z.object({ hostId: hostIdSchema, lastSeenAt: z.iso.datetime(), sequence })),
  /** The host has a node that the log does not know of, or has another account of it than before. */
  HostNodeFound: defineEvent(1, z.object({ ...nodeOnHost, found: foundSchema, sequence })),
  /** It is not unlisted any more: it was adopted, removed, or is gone. */
  HostNodeSettled: defineEvent(1, z.object({ ...nodeOnHost, sequence })),
  HostReturned: defineEvent(1, z.object({ hostId: hostIdSchema, sequence })),
}

export type HostEvent = EventOf<typeof hostEvents>
