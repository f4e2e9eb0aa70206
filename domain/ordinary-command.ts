import type { ConfigurationId, InstanceId, OperationId } from './ids.ts'
import type { Rejection } from './rejection.ts'
import type { ScheduleId } from './schedule/id.ts'

/** The public commands that an event may lead to: what `commands/dispatch/system-dispatch.ts` offers for each. */
export type OrdinaryCommand =
  | {
      readonly type: 'RestartInstance' | 'StopInstance' | 'StartInstance' | 'DeleteInstance'
      readonly id: InstanceId
    }
  | { readonly type: 'CreateBackup'; readonly instanceId: InstanceId; readonly scheduleId: ScheduleId }
  | {
      readonly type: 'AttachConfiguration'
      readonly id: InstanceId
      readonly configurationId: ConfigurationId
      readonly restart: boolean
    }

/** `operationId`: what it began; null where there was nothing to do. */
export type OrdinaryAnswer =
  | { readonly accepted: true; readonly operationId: OperationId | null }
  | { readonly accepted: false; readonly rejection: Rejection }
