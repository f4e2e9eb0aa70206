import type { BackupId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { Rejection } from '../rejection.ts'
import type { ScheduleId } from '../schedule/id.ts'
import type { Fault } from '../values/fault.ts'
import type { InstanceSpec } from '../values/instance-spec.ts'
import type { KnownAccounts } from '../values/known-accounts.ts'
import type { BackupContents } from './contents.ts'

/** `now`: ISO 8601, when the command is handled. */
export type BackupCommand =
  /** The instance has accepted the operation that makes it. */
  | {
      readonly type: 'RequestBackup'
      readonly backupId: BackupId
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly instanceName: string
      readonly name: string
      readonly operationId: OperationId
      readonly deadline: string
      readonly spec: InstanceSpec
      readonly accounts: KnownAccounts
      /** Which schedule decides how long it stays; absent: nobody does. */
      readonly scheduleId?: ScheduleId | null | undefined
      /** The instance is deleted once this is available. */
      readonly thenDelete?: boolean | null | undefined
    }
  | { readonly type: 'CompleteBackup'; readonly contents: BackupContents }
  | { readonly type: 'FailBackup'; readonly fault: Fault }
  /** An instance is being made of it to be read once. */
  | { readonly type: 'BeginVerification'; readonly operationId: OperationId; readonly instanceId: InstanceId }
  /** How that ended. `read`: null where it failed, with `fault`. */
  | {
      readonly type: 'EndVerification'
      readonly operationId: OperationId
      readonly read: { readonly tables: number; readonly rows: number } | null
      readonly fault: Fault | null
    }
  /** The instance was to be deleted once this was available, and that was refused. */
  | { readonly type: 'KeepInstance'; readonly rejection: Pick<Rejection, 'code' | 'message'> }
  | { readonly type: 'DeleteBackup'; readonly now: string }
  /** Its schedule keeps it no longer. */
  | { readonly type: 'RetireBackup'; readonly now: string }
  /** A time of its own may have come by `now`. */
  | { readonly type: 'CheckBackup'; readonly now: string }
  /** What was written to its stream cannot be read. `what`: which, and why. It may be that the backup is whole. */
  | { readonly type: 'KeepUnreadable'; readonly what: string }
  | { readonly type: 'ConfirmRemoval' }
  | { readonly type: 'PostponeRemoval'; readonly reason: string; readonly now: string }
