import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import type { BackupId, NodeId } from '../../domain/ids.ts'
import type { Sealed } from '../../domain/values/instance-spec.ts'
import { dataKeyInfo, type SealingKey, sealingInfo } from '../../domain/values/sealing-key.ts'

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})

/** Seals a user's password to a host's key, for this node and user alone. */
export const sealPassword = (
  key: SealingKey,
  { nodeId, user, password }: { readonly nodeId: NodeId; readonly user: string; readonly password: string },
): Promise<Sealed> => seal(key, sealingInfo(nodeId, user), new TextEncoder().encode(password))

/** Seals what a backup is encrypted by to a host's key, for this backup alone. */
export const sealDataKey = (key: SealingKey, backupId: BackupId, dataKey: Uint8Array): Promise<Sealed> =>
  seal(key, dataKeyInfo(backupId), dataKey)

/**
 * Seals a secret to a host's key (HPKE, RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM), so that only who has
 * the private key can read it, and only for what `bound` says. Two seals of one secret differ. The format is the key's number, a dot, and in
 * base64url the encapsulated key (32 bytes) with the ciphertext; `agent/secrets/sealing-keys.ts` opens it. Rejects when the key is malformed.
 */
const seal = async (key: SealingKey, bound: string, secret: Uint8Array): Promise<Sealed> => {
  const recipientPublicKey = await suite.kem.importKey('raw', bytesOf(Buffer.from(key.publicKey, 'base64url')), true)
  const info = bytesOf(new TextEncoder().encode(bound))
  const { enc, ct } = await suite.seal({ recipientPublicKey, info }, bytesOf(secret))
  const box = Buffer.concat([Buffer.from(enc), Buffer.from(ct)]).toString('base64url')
  // The one place where text becomes a sealed secret.
  return `${key.number}.${box}` as Sealed
}

const bytesOf = (view: Uint8Array): ArrayBuffer => new Uint8Array(view).buffer
