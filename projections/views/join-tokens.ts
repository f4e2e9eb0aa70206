import type { fleetCategory } from '../../domain/fleet/index.ts'
import type { JoinTokenDocument } from '../documents.ts'
import { everyone } from '../lists.ts'
import { defineView } from '../projection.ts'

export const joinTokensProjection = defineView<JoinTokenDocument, typeof fleetCategory, 'join-tokens'>({
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
