import type { HostId, InstanceId, OperationId } from '../ids.ts'
import type { ReleaseReason } from '../project/commands.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Resources } from '../values/resources.ts'
import type { SealingKey } from '../values/sealing-key.ts'
import type { FoundInstance, HostDescription } from './events.ts'

export type HostCommand =
  | { readonly type: 'RegisterHost'; readonly description: HostDescription }
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
