import {
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import type { Sealed } from '../../domain/values/instance-spec.ts'

/**
 * The format, all of it base64url: one byte of version (1), the sender's ephemeral X25519 public key (32 bytes), the
 * AES-256-GCM ciphertext, its tag (16 bytes). Key and nonce (32 + 12 bytes) are HKDF-SHA256 of the X25519 secret, salted
 * with both public keys; the ephemeral key makes them new each time. `commands/secrets/seal.ts` is the other half.
 */
const version = 1
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const info = 'coffer sealed box v1'

export type BoxKeyPair = {
  /** 32 bytes, base64url: what the host publishes. */
  readonly publicKey: string
  /** PKCS #8 PEM: kept in a file of mode 0600. */
  readonly privateKeyPem: string
}

export type SealedBoxOpener = { readonly publicKey: string; open(sealed: Sealed): string }

/** The text is not a sealed box of a version known here, was changed on its way, or was sealed to another host's key. */
export class SealedBoxUnreadable extends Error {
  override readonly name = 'SealedBoxUnreadable'
  readonly code = 'SECRET_UNREADABLE'
}

export const generateBoxKeyPair = (): BoxKeyPair => {
  const { privateKey } = generateKeyPairSync('x25519')
  return {
    publicKey: rawPublicKey(privateKey).toString('base64url'),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Opens boxes sealed to this private key (PKCS #8 PEM). */
export const createSealedBoxOpener = (privateKeyPem: string): SealedBoxOpener => {
  const privateKey = createPrivateKey(privateKeyPem)
  const publicKey = rawPublicKey(privateKey)
  return {
    publicKey: publicKey.toString('base64url'),
    open: (sealed) => openSealed(privateKey, publicKey, sealed),
  }
}

/** Throws `SealedBoxUnreadable`; its message never shows what was in the box. */
export const openSealed = (privateKey: KeyObject, publicKey: Buffer, sealed: Sealed): string => {
  const box = Buffer.from(sealed, 'base64url')
  if (box.length < 1 + keyBytes + tagBytes) throw new SealedBoxUnreadable('the sealed secret is too short to be one')
  if (box[0] !== version)
    throw new SealedBoxUnreadable(`sealed secrets have version ${version}, this one has ${box[0]}`)
  const ephemeral = box.subarray(1, 1 + keyBytes)
  try {
    const shared = diffieHellman({ privateKey, publicKey: importPublicKey(ephemeral) })
    const derived = Buffer.from(
      hkdfSync('sha256', shared, Buffer.concat([ephemeral, publicKey]), info, keyBytes + nonceBytes),
    )
    const decipher = createDecipheriv('aes-256-gcm', derived.subarray(0, keyBytes), derived.subarray(keyBytes))
    decipher.setAuthTag(box.subarray(-tagBytes))
    const clear = decipher.update(box.subarray(1 + keyBytes, -tagBytes))
    return Buffer.concat([clear, decipher.final()]).toString('utf8')
  } catch (error) {
    throw new SealedBoxUnreadable('the secret was not sealed to the key of this host, or was changed since', {
      cause: error,
    })
  }
}

const rawPublicKey = (privateKey: KeyObject): Buffer => {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
  return Buffer.from(jwk.x ?? '', 'base64url')
}

const importPublicKey = (raw: Buffer): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: raw.toString('base64url') }, format: 'jwk' })
