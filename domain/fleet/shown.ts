import type { ShownOf } from '../aggregate.ts'
import type { fleetEvents } from './events.ts'

export const fleetShown: ShownOf<typeof fleetEvents> = {
  FleetHostNameTaken: ({ hostId, name }) => ({ hostId, name }),
  FleetHostNameReleased: ({ hostId, name }) => ({ hostId, name }),
  FleetJoinTokenIssued: ({ tokenId, hostId, expiresAt }) => ({ tokenId, hostId, expiresAt }),
  FleetJoinTokenUsed: ({ tokenId, hostId, signingKey }) => ({ tokenId, hostId, signingKey }),
  FleetJoinTokenRevoked: ({ tokenId }) => ({ tokenId }),
}
