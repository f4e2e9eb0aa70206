import type { ProjectId, TokenId } from '../ids.ts'

export type TokenState =
  | { readonly status: 'ABSENT' }
  | {
      readonly status: 'ISSUED' | 'REVOKED'
      readonly tokenId: TokenId
      readonly projectId: ProjectId
      readonly secretHash: string
    }

export const absentToken: TokenState = { status: 'ABSENT' }
