import type { NodeId } from '../../domain/ids.ts'
import type { UserSpec } from '../../domain/values/instance-spec.ts'
import type { SealingKey } from '../../domain/values/sealing-key.ts'
import type { Credential } from '../dispatch/credentials.ts'
import { sealPassword } from './seal.ts'

/** The users with their passwords sealed to this key, for this node. */
export const sealUsers = (
  key: SealingKey,
  nodeId: NodeId,
  credentials: readonly Credential[],
): Promise<readonly UserSpec[]> =>
  Promise.all(
    credentials.map(async ({ user, password, databases, level, host }) => ({
      name: user,
      sealedPassword: await sealPassword(key, { nodeId, user, password }),
      databases: [...databases],
      ...(level !== undefined && { level }),
      ...(host !== undefined && { host }),
    })),
  )
