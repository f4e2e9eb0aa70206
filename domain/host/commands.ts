import type { HostId, InstanceId } from '../ids.ts'
import type { ReleaseReason } from '../project/commands.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Resources } from '../values/resources.ts'
import type { HostDescription } from './events.ts'

export type HostCommand =
  | { readonly type: 'RegisterHost'; readonly description: HostDescription }
  | {
      readonly type: 'ClaimCapacity'
      readonly hostId: HostId
      readonly instanceId: InstanceId
      readonly resources: Resources
      readonly datastore: DatastoreType
      readonly version: string
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
      readonly reason: ReleaseReason
    }
  | { readonly type: 'ReportHostLost'; readonly hostId: HostId; readonly lastSeenAt: string }
  | { readonly type: 'ReportHostReturned'; readonly hostId: HostId }
