import type { RestoreSource } from '../backup/source.ts'
import type { ConfigurationFacts } from '../guest/report.ts'
import type { HostId, InstanceId, NodeId, OperationId, ProjectId } from '../ids.ts'
import type { StepResults } from '../operation/process.ts'
import type { Fault } from '../values/fault.ts'
import type { Health } from '../values/health.ts'
import type { DetailsChange, InstanceDetails } from '../values/instance-details.ts'
import type { DatabaseSpec, Endpoint, InstanceSpec, UserSpec } from '../values/instance-spec.ts'
import type { ToldAccounts } from '../values/observed-accounts.ts'
import type { VolumeStage } from '../values/volume-use.ts'
import type { OperationKind } from './operation-kinds.ts'
import type { RequestedKind, WishOf } from './operations.ts'

type BeginsOperation<Type extends string> = {
  readonly type: Type
  readonly operationId: OperationId
  /** ISO 8601: when the operation has ended at the latest. */
  readonly deadline: string
}

/**
 * The revision of the project's stream at which a name was held, or seen to have lapsed: names are given in that order, and what comes later than another
 * that was held after it is refused.
 */
export type NameFence = number

/** Asks an instance that is there for an operation of a kind, with the wish of that kind. */
export type RequestOperation = {
  readonly [K in RequestedKind]: BeginsOperation<'RequestOperation'> & { readonly kind: K; readonly wish: WishOf<K> }
}[RequestedKind]

/** `endpoint`: null before the engine's first start. */
export type FoundOnHost = {
  readonly running: boolean
  readonly health: Health
  readonly epoch: number
  readonly generation: number
  readonly endpoint: Endpoint | null
  readonly caCertificate: string
}

/** `InstanceCommand`s of people carry input that was checked by `values/`; those of sagas report how an operation ended. */
export type InstanceCommand =
  | (BeginsOperation<'RequestInstance'> & {
      readonly instanceId: InstanceId
      readonly projectId: ProjectId
      readonly name: string
      readonly spec: InstanceSpec
      readonly nodeId: NodeId
      readonly hostId: HostId
      readonly sealingKey: number | null
      readonly databases: readonly DatabaseSpec[]
      readonly users: readonly UserSpec[]
      readonly source?: RestoreSource
      readonly details?: InstanceDetails
      readonly nameFence?: NameFence
    })
  /** The operation goes on on another host, with a node in the place of the one before. */
  | {
      readonly type: 'MoveInstance'
      readonly operationId: OperationId
      readonly nodeId: NodeId
      readonly hostId: HostId
      readonly sealingKey: number | null
      readonly users: readonly UserSpec[]
      readonly epoch: number
    }
  | { readonly type: 'RenameInstance'; readonly name: string; readonly nameFence?: NameFence }
  | { readonly type: 'ChangeDetails'; readonly change: DetailsChange }
  /** Another takes the name whose hold has lapsed: this instance gets it no more by that hold. Changes nothing where it has the name. */
  | { readonly type: 'LapseName'; readonly name: string; readonly nameFence: NameFence }
  | RequestOperation
  | {
      readonly type: 'CompleteOperation'
      readonly operationId: OperationId
      readonly kind: OperationKind
      readonly results: StepResults
    }
  | {
      readonly type: 'FailOperation'
      readonly operationId: OperationId
      readonly kind: OperationKind
      readonly fault: Fault
      readonly results: StepResults
      /** Whether compensation brought the instance back to where it was before the operation. */
      readonly compensated: boolean
      /** What undoing has verified of the engine; null when nothing was undone. */
      readonly undoneTo: 'ACTIVE' | 'STOPPED' | null
    }
  | {
      readonly type: 'ReportHealth'
      readonly nodeId: NodeId
      /** That says so. */
      readonly hostId: HostId
      readonly health: Health
      readonly reason: string
      /** The newest fence that the host had seen of the instance; 0 where that is not known. */
      readonly epoch: number
      /** Absent: as it was. */
      readonly volumeStage?: VolumeStage | undefined
      /** What has happened to the engine; null once that is long enough ago. Absent: as it was. */
      readonly incident?: string | null | undefined
      /** Of the report; absent where it is not the host that says so, or its agent does not sign. */
      readonly sequence?: number | undefined
    }
  /** What a host tells of the parameters of its engine. */
  | ({ readonly type: 'ReportConfiguration'; readonly nodeId: NodeId; readonly hostId: HostId } & ConfigurationFacts)
  /** What a host tells of the databases and users in its engine. */
  | {
      readonly type: 'ReportAccounts'
      readonly nodeId: NodeId
      readonly hostId: HostId
      readonly told: ToldAccounts
    }
  /** The log does not know of an instance that a host has: from now on it does. `removal`: to delete it at once. */
  | {
      readonly type: 'AdoptInstance'
      readonly instanceId: InstanceId
      readonly projectId: ProjectId
      readonly name: string
      readonly spec: InstanceSpec
      readonly nodeId: NodeId
      readonly nodeGeneration: number
      readonly hostId: HostId
      readonly running: boolean
      readonly endpoint: Endpoint | null
      readonly caCertificate: string
      readonly epoch: number
      readonly generation: number
      readonly removal: { readonly operationId: OperationId; readonly deadline: string } | null
    }
  /** What its host has of a node, for long enough not to be a passing moment; `found` null: nothing. */
  | {
      readonly type: 'ReconcileWithHost'
      readonly nodeId: NodeId
      readonly hostId: HostId
      readonly found: FoundOnHost | null
    }
  /** Its host was removed for good, with the data. Nothing while an operation is in progress: that ends first. */
  | { readonly type: 'LoseHost'; readonly hostId: HostId; readonly fault: Fault }
  /** The host of the node has seen these numbers: the next ones are higher. */
  | {
      readonly type: 'RaiseNumbers'
      readonly nodeId: NodeId
      readonly hostId: HostId
      readonly epoch: number
      readonly generation: number
    }
