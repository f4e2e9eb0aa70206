import type { InstanceId } from '../../domain/ids.ts'
import type { UserSpec } from '../../domain/values/instance-spec.ts'
import type { SealingKey } from '../../domain/values/sealing-key.ts'
import type { Credential } from '../dispatch/credentials.ts'
import { sealPassword } from './seal.ts'

/** The users with their passwords sealed to this key. */
export const sealUsers = (
  key: SealingKey,
  instanceId: InstanceId,
  credentials: readonly Credential[],
): Promise<readonly UserSpec[]> =>
  Promise.all(
    credentials.map(async ({ user, password, databases }) => ({
      name: user,
      sealedPassword: await sealPassword(key, { instanceId, user, password }),
      databases: [...databases],
    })),
  )
