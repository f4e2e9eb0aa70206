import type { HostId, InstanceId, NodeId, OperationId } from '../ids.ts'
import type { IdMap } from '../values/id-map.ts'
import type { Ledger } from '../values/ledger.ts'
import type { SealingKey } from '../values/sealing-key.ts'
import type { FoundNode, HostDescription } from './events.ts'

export type SealingKeys = {
  /** Free ones, in the order of their numbers. */
  readonly offered: readonly SealingKey[]
  /** The highest number that was given to a node or an operation: neither this one nor a lower one is given again. */
  readonly lastTaken: number
  /** Of those that were taken for an operation, the last one: a repeat is given it again. */
  readonly last: { readonly operationId: OperationId; readonly key: SealingKey } | null
  /** By node, for as long as it holds capacity. */
  readonly taken: IdMap<SealingKey>
}

/**
 * `refusal`: why it was not let in when it tried last; null where it was, or has not tried. `answered`: the report of a registration that its agent was told
 * something for last.
 */
type Tried = { readonly refusal: string | null; readonly answered: string | null }

/**
 * `signingKey`: null where its agent is of before messages were signed. `reported`, `heard`: the highest sequence of a report and of a heartbeat that something
 * followed from. `refusedKey`: one that somebody else came with.
 */
export type Channel = {
  readonly signingKey: string | null
  readonly reported: number
  readonly heard: number
  readonly refusedKey: string | null
}

export type UnlistedNode = FoundNode & { readonly instanceId: InstanceId }

/** Who operates the machine keeps new nodes off it, as before maintenance. `reason`: for people; null where none was given. */
export type Cordon = { readonly since: string; readonly reason: string | null }

type Registered = Tried & {
  readonly hostId: HostId
  readonly description: HostDescription
  readonly claims: Ledger<NodeId>
  /** Whose each node is that holds capacity, by node. */
  readonly owners: IdMap<InstanceId>
  readonly sealingKeys: SealingKeys
  /** What the host has and the log does not know of, by node. */
  readonly unlisted: Readonly<Record<NodeId, UnlistedNode>>
  readonly channel: Channel
  /** Null where it takes new nodes. */
  readonly cordon: Cordon | null
}

export type HostState =
  | (Tried & { readonly status: 'UNREGISTERED' })
  | (Registered & { readonly status: 'UP' })
  | (Registered & { readonly status: 'LOST'; readonly lastSeenAt: string })
  /** For good: it takes no work and is not let in any more. `claims`: of what is not given up yet. */
  | (Registered & { readonly status: 'REMOVED'; readonly removedAt: string })

export type RegisteredHost = Exclude<HostState, { readonly status: 'UNREGISTERED' }>

export const unregisteredHost: HostState = { status: 'UNREGISTERED', refusal: null, answered: null }
