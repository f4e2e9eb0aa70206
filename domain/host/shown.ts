import type { ShownOf } from '../aggregate.ts'
import type { hostEvents } from './events.ts'

export const hostShown: ShownOf<typeof hostEvents> = {
  HostRegistrationAnswered: ({ hostId, name, refusal }) => ({ hostId, name, refusal }),
  HostRegistered: ({ hostId, name, address, agentVersion, capacity, engines, isolation, signingKey }) => ({
    hostId,
    name,
    address,
    agentVersion,
    capacity,
    engines,
    isolation,
    ...(signingKey !== undefined && { signingKey }),
  }),
  HostKeyRefused: ({ hostId, signingKey }) => ({ hostId, signingKey }),
  HostSealingKeyTaken: ({ hostId, operationId }) => ({ hostId, operationId }),
  HostSealingKeysOffered: ({ hostId, keys }) => ({ hostId, keys: keys.length }),
  HostCapacityClaimed: ({ hostId, nodeId, instanceId, resources, expiresAt }) => ({
    hostId,
    nodeId,
    instanceId,
    resources,
    expiresAt,
  }),
  HostClaimConfirmed: ({ hostId, nodeId, instanceId, resources }) => ({ hostId, nodeId, instanceId, resources }),
  HostCapacityReleased: ({ hostId, nodeId, instanceId, reason }) => ({ hostId, nodeId, instanceId, reason }),
  HostRemoved: ({ hostId, removedAt }) => ({ hostId, removedAt }),
  HostCordoned: ({ hostId, since, reason }) => ({ hostId, since, reason }),
  HostUncordoned: ({ hostId }) => ({ hostId }),
  HostLost: ({ hostId, lastSeenAt }) => ({ hostId, lastSeenAt }),
  HostNodeFound: ({ hostId, nodeId, instanceId, found: { label, running, port, epoch, generation } }) => ({
    hostId,
    nodeId,
    instanceId,
    found: { label, running, port, epoch, generation },
  }),
  HostNodeSettled: ({ hostId, nodeId, instanceId }) => ({ hostId, nodeId, instanceId }),
  HostReturned: ({ hostId }) => ({ hostId }),
}
