import { z } from 'zod'
import type { BackupId, NodeId } from '../ids.ts'
import type { Sealed } from './instance-spec.ts'

/**
 * A public key (X25519, base64url) that a host keeps for one node: its passwords are sealed to it. `number`: a host counts its keys, and a
 * later key has a higher number.
 */
export const sealingKeySchema = z.object({ number: z.int().positive(), publicKey: z.string() })
export type SealingKey = z.infer<typeof sealingKeySchema>

/** What a sealed password is bound to: opened for another node or user, it does not open. */
export const sealingInfo = (nodeId: NodeId, user: string): string => `coffer password\u0000${nodeId}\u0000${user}`

/** What a sealed data key of a backup is bound to. */
export const dataKeyInfo = (backupId: BackupId): string => `coffer data key\u0000${backupId}`

/** The number of the key that this was sealed to; null when it is no sealed secret. */
export const sealingKeyNumber = (sealed: Sealed): number | null => {
  const [, number] = /^([1-9][0-9]{0,15})\./.exec(sealed) ?? []
  return number === undefined ? null : Number(number)
}
