import type { BackupId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { ScheduleId } from '../schedule/id.ts'
import type { Fault } from '../values/fault.ts'
import type { InstanceSpec } from '../values/instance-spec.ts'
import type { KnownAccounts } from '../values/known-accounts.ts'
import type { BackupContents } from './contents.ts'

type Known = {
  readonly backupId: BackupId
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly operationId: OperationId
  readonly spec: InstanceSpec
  readonly accounts: KnownAccounts
  /** By then its operation has ended: what it may write to the store is there. */
  readonly deadline: string
  /** Which schedule decides how long it stays; absent: none does. */
  readonly scheduleId?: ScheduleId | undefined
  readonly thenDelete?: true | undefined
}

/** What is left in the store is removed at `dueAt`. */
export type Removal = { readonly dueAt: string; readonly attempts: number }

/** `removal` of one that failed: null when it is done. */
export type BackupState =
  | { readonly status: 'ABSENT' }
  | (Known & { readonly status: 'CREATING' })
  | (Known & {
      readonly status: 'AVAILABLE'
      readonly contents: BackupContents
      /** That is going on. */
      readonly verification: { readonly operationId: OperationId } | null
    })
  | (Known & { readonly status: 'FAILED'; readonly fault: Fault; readonly removal: Removal | null })
  | (Known & { readonly status: 'DELETING'; readonly removal: Removal })
  | (Known & { readonly status: 'DELETED' })

export type KnownBackup = Exclude<BackupState, { readonly status: 'ABSENT' }>

export const absentBackup: BackupState = { status: 'ABSENT' }

export const removalOf = (state: BackupState): Removal | null =>
  state.status === 'FAILED' || state.status === 'DELETING' ? state.removal : null
