import type { ProjectId } from '../ids.ts'
import type { Role } from '../metadata.ts'
import type { TokenId } from './id.ts'

export type TokenCommand =
  | {
      readonly type: 'IssueToken'
      readonly tokenId: TokenId
      readonly projectId: ProjectId
      readonly name: string
      readonly role: Role
      readonly ancestors: readonly TokenId[]
      /** When the first of its ancestors expires: it ends with that one at the latest. Null: none of them does. */
      readonly endsBy: string | null
      readonly secretHash: string
      readonly now: string
      readonly expiresAt: string | null
    }
  | { readonly type: 'RevokeToken'; readonly tokenId: TokenId }
