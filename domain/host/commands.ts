import type { HostId, InstanceId, OperationId } from '../ids.ts'
import type { ReleaseReason } from '../project/commands.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Resources } from '../values/resources.ts'
import type { SealingKey } from '../values/sealing-key.ts'
import type { FoundInstance, HostDescription } from './events.ts'

/** `refusal`: what the host was told last; null when it knows of none. It is told what it does not know, once for each report. */
type Registration = {
  readonly description: HostDescription
  readonly refusal: string | null
  readonly reportId: string
}

export type HostCommand =
  | (Registration & { readonly type: 'RegisterHost' })
  | (Registration & { readonly type: 'RefuseRegistration'; readonly reason: string })
  /** All keys that the host has and that no command has used yet. */
  | { readonly type: 'OfferSealingKeys'; readonly hostId: HostId; readonly keys: readonly SealingKey[] }
  | {
      readonly type: 'ClaimCapacity'
      readonly hostId: HostId
      readonly instanceId: InstanceId
      readonly resources: Resources
      readonly datastore: DatastoreType
      readonly version: string
      /** Passwords are going to be sealed for it. */
      readonly hasSecrets: boolean
      readonly now: string
      readonly expiresAt: string
    }
  | {
      readonly type: 'ConfirmClaim'
      readonly hostId: HostId
      readonly instanceId: InstanceId
      readonly resources: Resources
    }
  | {
      readonly type: 'ReleaseCapacity'
      readonly hostId: HostId
      readonly instanceId: InstanceId
      readonly reason: ReleaseReason | 'MOVED'
    }
  /** `force`: also while it is up and has databases. */
  | { readonly type: 'RemoveHost'; readonly hostId: HostId; readonly force: boolean; readonly now: string }
  | { readonly type: 'ReportHostLost'; readonly hostId: HostId; readonly lastSeenAt: string }
  | {
      readonly type: 'ReportUnlisted'
      readonly hostId: HostId
      readonly instanceId: InstanceId
      readonly found: FoundInstance
    }
  | { readonly type: 'SettleUnlisted'; readonly hostId: HostId; readonly instanceId: InstanceId }
  | { readonly type: 'ReportHostReturned'; readonly hostId: HostId }
  /** An operation is about to be requested that grows the volume: what that takes more is held until `expiresAt`, if there is room for it. */
  | {
      readonly type: 'HoldMoreVolume'
      readonly hostId: HostId
      readonly instanceId: InstanceId
      readonly operationId: OperationId
      /** In all. */
      readonly volumeGiB: number
      readonly now: string
      readonly expiresAt: string
    }
  /** The operation was not requested after all. */
  | {
      readonly type: 'ReleaseMoreVolume'
      readonly hostId: HostId
      readonly instanceId: InstanceId
      readonly operationId: OperationId
    }
  /** The instance holds exactly this volume, as the operation gives it: what was held for that is in it, or free. */
  | {
      readonly type: 'HoldVolume'
      readonly hostId: HostId
      readonly instanceId: InstanceId
      readonly operationId: OperationId
      readonly volumeGiB: number
    }
