import type { HostId } from '../ids.ts'
import type { Ledger } from '../values/ledger.ts'
import type { HostDescription } from './events.ts'

type Registered = { readonly hostId: HostId; readonly description: HostDescription; readonly claims: Ledger }

export type HostState =
  | { readonly status: 'UNREGISTERED' }
  | (Registered & { readonly status: 'UP' })
  | (Registered & { readonly status: 'LOST'; readonly lastSeenAt: string })

export type RegisteredHost = Exclude<HostState, { readonly status: 'UNREGISTERED' }>

export const unregisteredHost: HostState = { status: 'UNREGISTERED' }
