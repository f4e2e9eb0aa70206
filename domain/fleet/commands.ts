import type { HostId } from '../ids.ts'

export type FleetCommand =
  | { readonly type: 'TakeHostName'; readonly hostId: HostId; readonly name: string }
  | { readonly type: 'ReleaseHostName'; readonly hostId: HostId }
