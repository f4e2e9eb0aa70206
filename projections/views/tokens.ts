import type { ProjectId } from '../../domain/ids.ts'
import type { Actor, Role } from '../../domain/metadata.ts'
import type { TokenId } from '../../domain/token/id.ts'
import type { tokenCategory } from '../../domain/token/index.ts'
import { everyone } from '../lists.ts'
import { inScope, type Scope } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { defineFold } from '../projection.ts'
import { defineView } from '../view.ts'

/** Key: the id. Indexes: `project`, `all`. */
export type TokenDocument = {
  readonly id: TokenId
  readonly projectId: ProjectId
  readonly name: string
  readonly role: Role
  /** The tokens that it came from: it ends with each of them. */
  readonly ancestors: readonly TokenId[]
  readonly secretHash: string
  readonly expiresAt: string | null
  readonly revoked: boolean
  readonly createdAt: string
  readonly createdBy: Actor
}

const fold = defineFold<TokenDocument, typeof tokenCategory>()({
  view: 'tokens',
  version: 2,
  keysOf: ({ data }) => [data.tokenId],
  on: {
    TokenIssued: (document, { data, metadata }) =>
      document ?? {
        id: data.tokenId,
        projectId: data.projectId,
        name: data.name,
        role: data.role,
        ancestors: data.ancestors,
        secretHash: data.secretHash,
        expiresAt: data.expiresAt,
        revoked: false,
        createdAt: metadata.at,
        createdBy: metadata.actor,
      },
    TokenRevoked: (document) => document && { ...document, revoked: true },
  },
  lists: { project: ({ projectId }) => projectId, all: () => everyone },
  sortKey: ({ id }) => id,
})

export const tokensView = defineView(fold, ({ get, page }) => ({
  token: (id: TokenId) => get(id),
  tokens: (scope: Scope, request: PageRequest) => page(inScope(scope), request),
}))
