import { createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** 32 random bytes known to the control plane alone. */
export type MasterKey = Uint8Array

const passwordAlphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
const passwordLength = 24

/** A keyed hash (base64url): equal for equal texts, and telling nobody without the key anything about the text. */
export const keyedHash = (masterKey: MasterKey, purpose: string, text: string): string =>
  createHmac('sha256', masterKey).update(`${purpose}\u0000${text}`).digest('base64url')

/**
 * Bytes for a secret that is shown once and kept nowhere. With an idempotency key they follow from it, so that a client whose first answer was
 * lost gets the same secret by asking again; the key is the client's and is not stored, so nobody else can. Without one they are random.
 */
export const secretBytes = (masterKey: MasterKey, source: SecretSource, length: number): Uint8Array =>
  source.idempotencyKey === undefined
    ? randomBytes(length)
    : new Uint8Array(hkdfSync('sha256', masterKey, source.idempotencyKey, source.scope, length))

export type SecretSource = { readonly idempotencyKey: string | undefined; readonly scope: string }

/** 256 bits, base64url: what proves a token. */
export const tokenSecret = (masterKey: MasterKey, source: SecretSource): string =>
  Buffer.from(secretBytes(masterKey, source, 32)).toString('base64url')

/** 24 letters and digits that are not mistaken for each other: about 139 bits. */
export const passwordOf = (bytes: Uint8Array): string => {
  // Rejection sampling: every character is equally likely, as 228 is the largest multiple of 57 in a byte.
  const fair = Array.from(bytes).filter((byte) => byte < 228)
  if (fair.length < passwordLength) throw new Error(`${bytes.length} bytes are too few for a password`)
  return fair
    .slice(0, passwordLength)
    .map((byte) => passwordAlphabet[byte % passwordAlphabet.length])
    .join('')
}

/** Enough for `passwordOf` except with a chance below 2^-100. */
export const passwordBytes = 128
