import type { ConfigurationId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { Health } from '../values/health.ts'
import type { InstanceDetails } from '../values/instance-details.ts'
import type { Endpoint, InstanceSpec } from '../values/instance-spec.ts'
import type { KnownAccounts } from '../values/known-accounts.ts'
import type { ObservedAccounts } from '../values/observed-accounts.ts'
import type { ParameterValues } from '../values/parameter.ts'
import type { Resources } from '../values/resources.ts'
import type { VolumeStage } from '../values/volume-use.ts'
import type { InstanceNode } from './nodes.ts'

/**
 * The parameters that people have set. `id`: of the group that they are of, at this revision; null for none. `values`: what is wished. `effective`: what
 * the engine has of it: one that takes a restart is there with the next. `refusal`: why the engine does without what was wished.
 */
export type KnownConfiguration = {
  readonly id: ConfigurationId | null
  readonly revision: number
  readonly values: ParameterValues
  readonly effective: ParameterValues
  readonly refusal: string | null
}

export const noConfiguration: KnownConfiguration = { id: null, revision: 0, values: {}, effective: {}, refusal: null }

export const restingStatuses = ['ACTIVE', 'STOPPED', 'FAILED', 'MISSING'] as const
/** Where an instance is while no operation changes it. */
export type RestingStatus = (typeof restingStatuses)[number]

/** What is known of an instance in every status. */
export type Known = {
  readonly instanceId: InstanceId
  readonly projectId: ProjectId
  /** Where it is placed. */
  readonly nodes: readonly InstanceNode[]
  readonly name: string
  /** What held a name for it at an earlier revision of the project's stream came too late. */
  readonly nameFence: number
  readonly spec: InstanceSpec
  /** Of the project's quota and of the capacity of its host: while an operation asks for more, that; and where it is not certain, the most that it may have. */
  readonly held: Resources
  readonly health: Health
  readonly volumeStage: VolumeStage
  /** What has happened to the engine lately; null for nothing, or nothing that is not over. */
  readonly incident: string | null
  /** The sequence of the last report that changed any of these; 0 before the first. */
  readonly healthSequence: number
  /** How often the engine was asked to start anew. */
  readonly generation: number
  /** The fencing epoch of the last operation that the log knows of. */
  readonly epoch: number
  /** The highest that its host is known to have seen: above `epoch + 1` only where the log has lost operations. */
  readonly seenEpoch: number
  /** That of the last shared operation: their lane counts for itself. */
  readonly sharedEpoch: number
  /** Where clients were told to connect, and by which authorities to verify it; null before that was known. */
  readonly endpoint: Endpoint | null
  readonly caCertificate: string | null
  readonly details: InstanceDetails
  readonly accounts: KnownAccounts
  /** What differs from `accounts` in the engine, as its host told last. */
  readonly observed: ObservedAccounts
  readonly configuration: KnownConfiguration
  /** Every operation there ever was, oldest first: a repeated request is recognised by it. */
  readonly operationIds: readonly OperationId[]
}
