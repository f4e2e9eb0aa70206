import { userInfo } from 'node:os'
import type { Owner } from '../../engine.ts'

/**
 * As whom the agent administers. The server lets it in over the socket alone, where it knows the Unix account of who connects, which must be of this name: the
 * agent's own, root where engines have accounts of their own. No password is kept.
 */
export const adminUser = (owner: Owner): string => (owner === null ? userInfo().username : 'root')

/** By it the agent connects over the network. May log in, and no more. */
export const monitorUser = 'coffer_monitor'

export const monitorAccount = { user: monitorUser, host: '%' }
