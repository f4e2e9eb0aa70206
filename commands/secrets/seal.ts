import { createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto'
import type { Sealed } from '../../domain/values/instance-spec.ts'

/**
 * Seals a secret so that only the host with this public key (X25519, 32 bytes, base64url) can read it. Two seals of one
 * text differ. The format is written down beside its other half, in `agent/secrets/sealed-box.ts`. Throws on a key that is none.
 */
export const seal = (publicKey: string, clear: string): Sealed => {
  const recipientRaw = Buffer.from(publicKey, 'base64url')
  const recipient = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: publicKey }, format: 'jwk' })
  const ephemeral = generateKeyPairSync('x25519')
  const ephemeralRaw = Buffer.from(ephemeral.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient })
  const derived = Buffer.from(
    hkdfSync('sha256', shared, Buffer.concat([ephemeralRaw, recipientRaw]), 'coffer sealed box v1', 44),
  )
  const cipher = createCipheriv('aes-256-gcm', derived.subarray(0, 32), derived.subarray(32))
  const body = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()])
  const box = Buffer.concat([Buffer.of(1), ephemeralRaw, body, cipher.getAuthTag()])
  // The one place where text becomes a sealed secret.
  return box.toString('base64url') as Sealed
}
