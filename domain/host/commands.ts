import type { HostId, InstanceId, NodeId, OperationId } from '../ids.ts'
import type { ReleaseReason } from '../project/commands.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Resources } from '../values/resources.ts'
import type { SealingKey } from '../values/sealing-key.ts'
import type { FoundNode, HostDescription } from './events.ts'

/** A node on the host, and whose it is. */
type OfNode = { readonly hostId: HostId; readonly nodeId: NodeId; readonly instanceId: InstanceId }

/** `refusal`: what the host was told last; null when it knows of none. It is told what it does not know, once for each report. */
type Registration = {
  readonly description: HostDescription
  readonly refusal: string | null
  readonly reportId: string
}

/**
 * The key that a registration is signed by. `admittedBy`: what lets it in beside the key itself, proven and not used up: the master key of the control plane, a
 * join token for this very host, or one for any host that is not known yet.
 */
export type RegistrationKey = {
  readonly signingKey: string
  readonly sequence: number
  readonly admittedBy: 'master-key' | 'token-for-host' | 'token' | null
}

export type HostCommand =
  /** `key` null: from an agent of before messages were signed, whose host has no key either. */
  | (Registration & { readonly type: 'RegisterHost'; readonly key: RegistrationKey | null })
  /** A registration came, signed by a key that is not the host's and that nothing lets in. */
  | { readonly type: 'RefuseKey'; readonly hostId: HostId; readonly signingKey: string }
  | (Registration & { readonly type: 'RefuseRegistration'; readonly reason: string })
  /** All keys that the host has and that no command has used yet. */
  | {
      readonly type: 'OfferSealingKeys'
      readonly hostId: HostId
      readonly keys: readonly SealingKey[]
      readonly sequence?: number | undefined
    }
  /** A secret is going to be sealed for a node that the host has, for this operation and no other. */
  | { readonly type: 'TakeSealingKey'; readonly hostId: HostId; readonly operationId: OperationId }
  /** For an operation that is about to be requested. Of a node that has something already, the difference is held, if there is room for it. */
  | (OfNode & {
      readonly type: 'ClaimCapacity'
      readonly operationId: OperationId
      /** In all. */
      readonly resources: Resources
      readonly datastore: DatastoreType
      readonly version: string
      /** Passwords are going to be sealed for it. */
      readonly hasSecrets: boolean
      readonly now: string
      readonly expiresAt: string
    })
  /** The node holds exactly this. `operationId`: what was claimed for this operation is in it, or free. */
  | (OfNode & {
      readonly type: 'ConfirmClaim'
      readonly operationId?: OperationId
      readonly resources: Resources
    })
  | (OfNode & { readonly type: 'ReleaseCapacity'; readonly reason: ReleaseReason | 'MOVED' })
  /** The operation was not requested after all. */
  | (OfNode & { readonly type: 'ReleaseClaim'; readonly operationId: OperationId })
  /** It gets no new nodes; those that it has go on. */
  | { readonly type: 'CordonHost'; readonly hostId: HostId; readonly reason: string | null; readonly now: string }
  | { readonly type: 'UncordonHost'; readonly hostId: HostId }
  /** `force`: also while it is up and has databases. */
  | { readonly type: 'RemoveHost'; readonly hostId: HostId; readonly force: boolean; readonly now: string }
  /** `heard`: the sequence of the last heartbeat that came, where that is known. */
  | {
      readonly type: 'ReportHostLost'
      readonly hostId: HostId
      readonly lastSeenAt: string
      readonly heard?: number | undefined
    }
  | (OfNode & {
      readonly type: 'ReportUnlisted'
      readonly found: FoundNode
      readonly sequence?: number | undefined
    })
  | (OfNode & { readonly type: 'SettleUnlisted'; readonly sequence?: number | undefined })
  | { readonly type: 'ReportHostReturned'; readonly hostId: HostId; readonly heard?: number | undefined }
