import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto'

/** A private key of Ed25519 (RFC 8032). `publicKey`: its 32 public bytes, base64url. `sign` answers 64 bytes, base64url. */
export type Signer = { readonly publicKey: string; readonly sign: (text: string) => string }

/** True if the holder of the private key has signed the text. False as well for what is no key or no signature. */
export type CheckSignature = (publicKey: string, text: string, signature: string) => boolean

/** PKCS #8 of an Ed25519 key up to its 32 bytes (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
/** A host signs and is verified by one key: more than there are hosts. */
const maxKeys = 4096

/** The key that follows from a secret, by HKDF-SHA256: another one for every purpose, and the same at every start. */
export const deriveSigner = (secret: string | Uint8Array, purpose: string): Signer => {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return { publicKey: x, sign: (text) => sign(null, Buffer.from(text), key).toString('base64url') }
}

/** Keeps the keys that it has met, as reading one costs a third of a verification. */
export const createSignatureCheck = (): CheckSignature => {
  const keys = new Map<string, KeyObject>()
  const keyOf = (publicKey: string): KeyObject => {
    const known = keys.get(publicKey)
    if (known) return known
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
    if (keys.size >= maxKeys) keys.clear()
    keys.set(publicKey, key)
    return key
  }
  return (publicKey, text, signature) => {
    try {
      return verify(null, Buffer.from(text), keyOf(publicKey), Buffer.from(signature, 'base64url'))
    } catch {
      return false
    }
  }
}
