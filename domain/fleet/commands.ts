import type { HostId } from '../ids.ts'
import type { JoinTokenId } from './id.ts'

/** What a host that is not known yet, or comes with another key, is let in by. It has proven that it holds the token. */
export type UsedJoinToken = { readonly tokenId: JoinTokenId; readonly signingKey: string; readonly now: string }

export type FleetCommand =
  | {
      readonly type: 'TakeHostName'
      readonly hostId: HostId
      readonly name: string
      /** Null for a host that needs none. */
      readonly joinToken: UsedJoinToken | null
    }
  | { readonly type: 'ReleaseHostName'; readonly hostId: HostId }
  | {
      readonly type: 'IssueJoinToken'
      readonly tokenId: JoinTokenId
      /** Follows from the secret of the token, and proves it. */
      readonly proofKey: string
      /** The one host that it lets in, also with another key than before; null for any that is not known yet. */
      readonly hostId: HostId | null
      readonly now: string
      readonly expiresAt: string
    }
  | { readonly type: 'RevokeJoinToken'; readonly tokenId: JoinTokenId }
