import type { ShownOf } from '../aggregate.ts'
import type { projectEvents } from './events.ts'

export const projectShown: ShownOf<typeof projectEvents> = {
  ProjectQuotaSet: ({ projectId, limits }) => ({ projectId, limits }),
  ProjectNameHeld: ({ projectId, instanceId, name, heldUntil }) => ({ projectId, instanceId, name, heldUntil }),
  ProjectNameConfirmed: ({ projectId, instanceId, name }) => ({ projectId, instanceId, name }),
  ProjectNameReleased: ({ projectId, instanceId, name }) => ({ projectId, instanceId, name }),
  ProjectTokenHeld: ({ projectId, tokenId, expiresAt }) => ({ projectId, tokenId, expiresAt }),
  ProjectTokenConfirmed: ({ projectId, tokenId }) => ({ projectId, tokenId }),
  ProjectTokenReleased: ({ projectId, tokenId }) => ({ projectId, tokenId }),
  ProjectBackupHeld: ({ projectId, backupId, bytes, heldUntil }) => ({ projectId, backupId, bytes, heldUntil }),
  ProjectBackupConfirmed: ({ projectId, backupId, bytes }) => ({ projectId, backupId, bytes }),
  ProjectBackupReleased: ({ projectId, backupId }) => ({ projectId, backupId }),
  QuotaReserved: ({ projectId, instanceId, resources, expiresAt }) => ({ projectId, instanceId, resources, expiresAt }),
  QuotaCommitted: ({ projectId, instanceId, resources }) => ({ projectId, instanceId, resources }),
  QuotaReleased: ({ projectId, instanceId, reason }) => ({ projectId, instanceId, reason }),
}
