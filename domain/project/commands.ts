import type { InstanceId, OperationId, ProjectId, TokenId } from '../ids.ts'
import type { Resources } from '../values/resources.ts'
import type { QuotaLimits } from './events.ts'

export type ReleaseReason = 'DELETED' | 'FAILED' | 'NOT_REQUESTED' | 'EXPIRED'

export type LapsedHold = { readonly instanceId: InstanceId; readonly heldUntil: string }

export type ProjectCommand =
  /**
   * For an instance that is going to be renamed. Refused while another has the name or is about to have it. `refusedBy`: the instance that a hold
   * has lapsed of, and that takes the name no more.
   */
  | {
      readonly type: 'HoldName'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly name: string
      readonly refusedBy?: LapsedHold | undefined
      readonly now: string
      readonly heldUntil: string
    }
  | {
      readonly type: 'ConfirmName'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly name: string
    }
  /** The name that was held for nothing: one that the instance has stays. */
  | {
      readonly type: 'ReleaseName'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly name: string
    }
  /** Room for one token, before it is issued: held until `heldUntil`, and when it is confirmed, until it expires or is released. */
  | {
      readonly type: 'HoldToken'
      readonly projectId: ProjectId
      readonly tokenId: TokenId
      readonly ancestors: readonly TokenId[]
      readonly expiresAt: string | null
      readonly now: string
      readonly heldUntil: string
      readonly maxTokens: number
    }
  | { readonly type: 'ConfirmToken'; readonly projectId: ProjectId; readonly tokenId: TokenId }
  /** Those that were made with it end with it. */
  | { readonly type: 'ReleaseToken'; readonly projectId: ProjectId; readonly tokenId: TokenId }
  | { readonly type: 'SetProjectQuota'; readonly projectId: ProjectId; readonly limits: QuotaLimits }
  | {
      readonly type: 'ReserveQuota'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      /** Held with the room, and refused alike. */
      readonly name: string
      /** As of `HoldName`. */
      readonly refusedBy?: LapsedHold | undefined
      readonly resources: Resources
      /** ISO 8601. Reservations whose time had passed by `now` count no more and are released in the same decision. */
      readonly now: string
      readonly expiresAt: string
      /** Hold where no admin has set limits. */
      readonly defaultLimits: QuotaLimits
    }
  /** Holds the resources even if the reservation expired meanwhile: the instance exists. */
  | {
      readonly type: 'CommitQuota'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly name: string
      readonly resources: Resources
    }
  | {
      readonly type: 'ReleaseQuota'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly reason: ReleaseReason
    }
  /** An operation is about to be requested that grows the volume: what that takes more is held until `expiresAt`, if there is room for it. */
  | {
      readonly type: 'HoldMoreVolume'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly operationId: OperationId
      /** In all. */
      readonly volumeGiB: number
      readonly now: string
      readonly expiresAt: string
      /** Hold where no admin has set limits. */
      readonly defaultLimits: QuotaLimits
    }
  /** The operation was not requested after all. */
  | {
      readonly type: 'ReleaseMoreVolume'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly operationId: OperationId
    }
  /** The instance holds exactly this volume, as the operation gives it: what was held for that is in it, or free. */
  | {
      readonly type: 'HoldVolume'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly operationId: OperationId
      readonly volumeGiB: number
    }
