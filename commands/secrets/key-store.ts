import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { type KeyStore, KeyUnreadable, type WrappedKeys } from '../ports/key-store.ts'
import type { MasterKey } from './master-key.ts'

const [keyBytes, nonceBytes, tagBytes] = [32, 12, 16]

/** Wraps each data key by the master key with AES-256-GCM, bound to its subject: base64url of nonce, ciphertext and tag. */
export const createKeyStore = (masterKey: MasterKey, keys: WrappedKeys): KeyStore => {
  const wrappingKey = new Uint8Array(hkdfSync('sha256', masterKey, '', 'coffer data keys', keyBytes))

  const wrap = (subject: string, key: Uint8Array): string => {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce).setAAD(Buffer.from(subject))
    return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]).toString('base64url')
  }

  const unwrap = (subject: string, wrapped: string): Uint8Array => {
    const box = Buffer.from(wrapped, 'base64url')
    try {
      const decipher = createDecipheriv('aes-256-gcm', wrappingKey, box.subarray(0, nonceBytes))
        .setAAD(Buffer.from(subject))
        .setAuthTag(box.subarray(box.length - tagBytes))
      return Buffer.concat([decipher.update(box.subarray(nonceBytes, box.length - tagBytes)), decipher.final()])
    } catch (cause) {
      throw new KeyUnreadable(
        `the data key of ${subject} is wrapped by another master key than that of this process: see COFFER_MASTER_KEY`,
        { cause },
      )
    }
  }

  return {
    ensure: async (subject) => {
      const found = await keys.get(subject)
      return unwrap(subject, found ?? (await keys.add(subject, wrap(subject, randomBytes(keyBytes)))))
    },
    find: async (subject) => {
      const found = await keys.get(subject)
      return found === null ? null : unwrap(subject, found)
    },
    remove: keys.remove,
  }
}
