import type { tokenCategory } from '../../domain/token/index.ts'
import type { TokenDocument } from '../documents.ts'
import { everyone } from '../lists.ts'
import { defineView } from '../projection.ts'

export const tokensProjection = defineView<TokenDocument, typeof tokenCategory, 'tokens'>({
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
