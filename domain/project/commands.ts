import type { BackupId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { TokenId } from '../token/id.ts'
import type { Resources } from '../values/resources.ts'
import type { QuotaLimits } from './events.ts'

export type ReleaseReason = 'DELETED' | 'FAILED' | 'EXPIRED'

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
  /** Room for one backup, before it is made: `bytes` at the most, held until `heldUntil`. Refused where the quota has not that much. */
  | {
      readonly type: 'HoldBackup'
      readonly projectId: ProjectId
      readonly backupId: BackupId
      readonly bytes: number
      readonly now: string
      readonly heldUntil: string
      /** Hold where no admin has set limits. */
      readonly defaultLimits: QuotaLimits
    }
  /** It is available, and holds exactly this, even if what was held for it has lapsed: it exists. */
  | {
      readonly type: 'ConfirmBackup'
      readonly projectId: ProjectId
      readonly backupId: BackupId
      readonly bytes: number
    }
  | { readonly type: 'ReleaseBackup'; readonly projectId: ProjectId; readonly backupId: BackupId }
  | { readonly type: 'SetProjectQuota'; readonly projectId: ProjectId; readonly limits: QuotaLimits }
  /** For an operation that is about to be requested. Of an instance that holds something already, the difference is held, if there is room for it. */
  | {
      readonly type: 'ReserveQuota'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly operationId: OperationId
      /** Held with the room, and refused alike; null for an instance that has its name. */
      readonly name: string | null
      /** As of `HoldName`. */
      readonly refusedBy?: LapsedHold | undefined
      /** In all. */
      readonly resources: Resources
      /** ISO 8601. Reservations whose time had passed by `now` count no more and are released in the same decision. */
      readonly now: string
      readonly expiresAt: string
      /** Hold where no admin has set limits. */
      readonly defaultLimits: QuotaLimits
    }
  /**
   * The instance holds exactly this, even if its reservation expired meanwhile: it exists. `operationId`: what was reserved for this operation is
   * in it, or free.
   */
  | {
      readonly type: 'CommitQuota'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly operationId?: OperationId
      readonly name: string
      readonly resources: Resources
    }
  | {
      readonly type: 'ReleaseQuota'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly reason: ReleaseReason
    }
  /** The operation was not requested after all. */
  | {
      readonly type: 'ReleaseReservation'
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly operationId: OperationId
    }
