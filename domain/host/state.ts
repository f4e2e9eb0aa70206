import type { HostId, InstanceId } from '../ids.ts'
import type { IdMap } from '../values/id-map.ts'
import type { Ledger } from '../values/ledger.ts'
import type { SealingKey } from '../values/sealing-key.ts'
import type { FoundInstance, HostDescription } from './events.ts'

export type SealingKeys = {
  /** Free ones, in the order of their numbers. */
  readonly offered: readonly SealingKey[]
  /** The highest number that was given to an instance: neither this one nor a lower one is given again. */
  readonly lastTaken: number
  /** By instance, for as long as it holds capacity. */
  readonly taken: IdMap<SealingKey>
}

type Registered = {
  readonly hostId: HostId
  readonly description: HostDescription
  readonly claims: Ledger
  readonly sealingKeys: SealingKeys
  /** What the host has and the log does not know of. */
  readonly unlisted: Readonly<Record<InstanceId, FoundInstance>>
}

export type HostState =
  | { readonly status: 'UNREGISTERED' }
  | (Registered & { readonly status: 'UP' })
  | (Registered & { readonly status: 'LOST'; readonly lastSeenAt: string })

export type RegisteredHost = Exclude<HostState, { readonly status: 'UNREGISTERED' }>

export const unregisteredHost: HostState = { status: 'UNREGISTERED' }
