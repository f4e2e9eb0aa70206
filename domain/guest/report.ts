import { z } from 'zod'
import { joinTokenIdSchema } from '../fleet/id.ts'
import { hostDescriptionSchema } from '../host/events.ts'
import { commandIdSchema, hostIdSchema, instanceIdSchema, nodeIdSchema, operationIdSchema } from '../ids.ts'
import { faultSchema } from '../values/fault.ts'
import { datastoreTypeSchema, endpointSchema, healthSchema, instanceLabelSchema } from '../values/instance-spec.ts'
import { toldAccountsSchema } from '../values/observed-accounts.ts'
import { parameterSchema, parameterValuesSchema } from '../values/parameter.ts'
import { sealingKeySchema } from '../values/sealing-key.ts'
import { volumeStageSchema } from '../values/volume-use.ts'

const answersCommand = {
  commandId: commandIdSchema,
  operationId: operationIdSchema,
  instanceId: instanceIdSchema,
  nodeId: nodeIdSchema,
  hostId: hostIdSchema,
  /** W3C trace context of the work that it is the result of. */
  traceparent: z.string().optional(),
}

/** What an agent tells of what it has done: JSON, in a shape that the outcome has. */
export const guestFactsSchema = z.record(z.string(), z.json())
export type GuestFacts = z.infer<typeof guestFactsSchema>

/** What an `engine-running` result tells: where clients connect and which CA signed the engine's certificate (PEM). */
export const engineFactsSchema = z.object({ endpoint: endpointSchema, caCertificate: z.string() })
export type EngineFacts = z.infer<typeof engineFactsSchema>

/** What a `volume-grown` result tells: the size that the volume has, which may be more than was asked for. */
export const volumeFactsSchema = z.object({ volumeGiB: z.int().positive() })
export type VolumeFacts = z.infer<typeof volumeFactsSchema>

/** What an `engine-resized` result tells. `restartFor`: names of settings that the engine has only after a restart. */
export const sizeFactsSchema = z.object({ running: z.boolean(), restartFor: z.array(z.string()) })
export type SizeFacts = z.infer<typeof sizeFactsSchema>

/** What an engine has of the parameters that were wished. `refusal`: why it does without them, if it did not start with them. */
export const configurationFactsSchema = z.object({ effective: parameterValuesSchema, refusal: z.string().nullable() })
export type ConfigurationFacts = z.infer<typeof configurationFactsSchema>

/**
 * What a host has of one node now. `running`: its engine is to run; `health` is of that engine. `epoch`: the newest fence of
 * which the host has done all that it was told. `generation`: -1 before the engine's first start.
 */
export const holdingSchema = z.object({
  instanceId: instanceIdSchema,
  nodeGeneration: z.int().positive(),
  running: z.boolean(),
  health: healthSchema,
  epoch: z.int().nonnegative(),
  generation: z.int(),
  port: z.int().nullable(),
})
export type Holding = z.infer<typeof holdingSchema>

/**
 * A host's account of one node, also of one that it has no more: the newest epoch it has seen, and what it has. Told at registration, and
 * when a node is removed or a command is refused for its epoch.
 */
export const accountSchema = z.object({
  nodeId: nodeIdSchema,
  instanceId: instanceIdSchema,
  epoch: z.int().nonnegative(),
  held: holdingSchema.extend({ label: instanceLabelSchema.nullable() }).nullable(),
})
export type HostAccount = z.infer<typeof accountSchema>

/**
 * Shows that whoever runs the agent has a join token, or, where `tokenId` is null, the master key of the control plane. `proof`: the signature, by the key that
 * follows from that secret, of host and signing key (`joinText`). The secret itself never travels.
 */
export const joinProofSchema = z.object({ tokenId: joinTokenIdSchema.nullable(), proof: z.string() })
export type JoinProof = z.infer<typeof joinProofSchema>

/** Everything an agent says on `coffer.agent.results`. `reportId` is made once, so a repeat is recognised. */
export const agentReportSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('succeeded'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    ...answersCommand,
    /** What the step asked to be told: its definition says what that is, and an operation checks it. */
    facts: guestFactsSchema.optional(),
  }),
  z.object({
    type: z.literal('failed'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    ...answersCommand,
    fault: faultSchema,
  }),
  z.object({
    type: z.literal('progress'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    ...answersCommand,
    /** 0 to 1. */
    progress: z.number().min(0).max(1),
    message: z.string(),
  }),
  z.object({
    type: z.literal('health'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    hostId: hostIdSchema,
    instanceId: instanceIdSchema,
    nodeId: nodeIdSchema,
    health: healthSchema,
    reason: z.string(),
    /** The newest fence of which the host had done all that it was told. Absent: it does not say, and its word cures no failure. */
    epoch: z.int().nonnegative().optional(),
    /** How full the volume is. Absent: as it was. */
    volumeStage: volumeStageSchema.optional(),
    /** What has happened to the engine; null once that is long enough ago. Absent: as it was. */
    incident: z.string().nullable().optional(),
  }),
  /** All keys that the host keeps ready for new instances. */
  z.object({
    type: z.literal('sealing-keys'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    hostId: hostIdSchema,
    keys: z.array(sealingKeySchema),
  }),
  /** Every parameter that an engine of this version has, as one that the host started tells. */
  z.object({
    type: z.literal('parameters'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    hostId: hostIdSchema,
    datastore: datastoreTypeSchema,
    version: z.string(),
    format: z.int().positive(),
    parameters: z.array(parameterSchema),
  }),
  /** What the engine of an instance has of the parameters that were wished, when that has changed. */
  z.object({
    type: z.literal('configuration'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    hostId: hostIdSchema,
    instanceId: instanceIdSchema,
    nodeId: nodeIdSchema,
    ...configurationFactsSchema.shape,
  }),
  /** Which databases and users an engine has, when that has changed, and now and then. */
  z.object({
    type: z.literal('accounts'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    hostId: hostIdSchema,
    instanceId: instanceIdSchema,
    nodeId: nodeIdSchema,
    ...toldAccountsSchema.shape,
  }),
  z.object({
    type: z.literal('holdings'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    hostId: hostIdSchema,
    holdings: z.array(accountSchema),
    /** The host waits to hear which of these are gone (`holdings-answer`) before it starts their engines. */
    asks: z.boolean().optional(),
  }),
  /**
   * `refusal`: what the host was told last, as long as it holds; absent where it knows of none. `signingKey`: what its messages are signed by; absent
   * only from agents of before messages were signed. `join`: for a host that is not known yet, or comes with another key.
   */
  z.object({
    type: z.literal('registered'),
    reportId: z.uuid(),
    at: z.iso.datetime(),
    host: hostDescriptionSchema,
    refusal: z.string().optional(),
    signingKey: z.string().optional(),
    join: joinProofSchema.optional(),
  }),
])
export type AgentReport = z.infer<typeof agentReportSchema>
export type GuestResult = Extract<AgentReport, { type: 'succeeded' | 'failed' | 'progress' }>

/**
 * Sent on `coffer.agent.heartbeats` every few seconds. Not an event: only transitions become events. `holds`: every node whose data is on
 * the host, so that the control plane notices one that is missing, and a host that was cut off has nothing to report again.
 */
export const heartbeatSchema = z.object({
  hostId: hostIdSchema,
  at: z.iso.datetime(),
  holds: z.record(nodeIdSchema, holdingSchema),
})
export type Heartbeat = z.infer<typeof heartbeatSchema>
/** The key of what a saga says to itself among the heartbeats: that it hears this proves that it hears hosts. */
export const heartbeatEchoKey = 'echo'
