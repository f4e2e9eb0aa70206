import type { HostId } from '../ids.ts'
import type { JoinTokenId } from './id.ts'

/** `hostId`: the one host that it is for; null for any. `used`: by whom. */
export type IssuedJoinToken = {
  readonly proofKey: string
  readonly hostId: HostId | null
  readonly expiresAt: string
  readonly revoked: boolean
  readonly used: { readonly hostId: HostId; readonly signingKey: string } | null
}

/** The hosts and what must be theirs alone, and what lets in others. A host's own stream says all else of it. */
export type FleetState = {
  readonly names: ReadonlyMap<HostId, string>
  readonly joinTokens: ReadonlyMap<JoinTokenId, IssuedJoinToken>
}

export const newFleet: FleetState = { names: new Map(), joinTokens: new Map() }
