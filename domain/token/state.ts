import type { ProjectId } from '../ids.ts'
import type { Role } from '../metadata.ts'
import type { TokenId } from './id.ts'

export type TokenState =
  | { readonly status: 'ABSENT' }
  | {
      readonly status: 'ISSUED' | 'REVOKED'
      readonly tokenId: TokenId
      readonly projectId: ProjectId
      readonly role: Role
      readonly ancestors: readonly TokenId[]
      readonly secretHash: string
      readonly expiresAt: string | null
    }

export const absentToken: TokenState = { status: 'ABSENT' }
