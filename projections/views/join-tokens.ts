import type { JoinTokenId } from '../../domain/fleet/id.ts'
import type { fleetCategory } from '../../domain/fleet/index.ts'
import type { HostId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import { everyone } from '../lists.ts'
import { inAll } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { defineFold } from '../projection.ts'
import { defineView } from '../view.ts'

/** Key: the id. Index: `all`. */
export type JoinTokenDocument = {
  readonly id: JoinTokenId
  /** The one host that it is for; null for any that is not known yet. */
  readonly hostId: HostId | null
  readonly expiresAt: string
  readonly revoked: boolean
  readonly used: { readonly hostId: HostId; readonly at: string } | null
  readonly createdAt: string
  readonly createdBy: Actor
}

const fold = defineFold<JoinTokenDocument, typeof fleetCategory>()({
  view: 'join-tokens',
  version: 1,
  keysOf: (event) => ('tokenId' in event.data ? [event.data.tokenId] : []),
  on: {
    FleetJoinTokenIssued: (document, { data, metadata }) =>
      document ?? {
        id: data.tokenId,
        hostId: data.hostId,
        expiresAt: data.expiresAt,
        revoked: false,
        used: null,
        createdAt: metadata.at,
        createdBy: metadata.actor,
      },
    FleetJoinTokenUsed: (document, { data: { hostId }, metadata }) =>
      document && { ...document, used: { hostId, at: metadata.at } },
    FleetJoinTokenRevoked: (document) => document && { ...document, revoked: true },
    FleetHostNameTaken: 'ignored',
    FleetHostNameReleased: 'ignored',
  },
  lists: { all: () => everyone },
  sortKey: ({ id }) => id,
})

export const joinTokensView = defineView(fold, ({ get, page }) => ({
  joinToken: (id: JoinTokenId) => get(id),
  joinTokens: (request: PageRequest) => page(inAll, request),
}))
