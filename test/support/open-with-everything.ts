import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import type { NodeId } from '../../domain/ids.ts'
import { sealingInfo } from '../../domain/values/sealing-key.ts'

const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })

export const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return filesBelow(path)
    return entry.isFile() ? [path] : []
  })

const matchesIn = (texts: readonly string[], pattern: RegExp): readonly string[] => [
  ...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, match = '']) => match))),
]

const bytesOf = (base64url: string): ArrayBuffer => new Uint8Array(Buffer.from(base64url, 'base64url')).buffer

/** A private key wherever it stands: 32 bytes in base64url. */
const keyPattern = /(?<![A-Za-z0-9_-])([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])/g
/** A sealed password: the number of its key, a dot, and at least an encapsulated key with a tag. */
const boxPattern = /(?<![0-9])[0-9]{1,16}\.([A-Za-z0-9_-]{64,400})/g

/**
 * What a thief of these files reads of the passwords of this instance: everything in them that looks like a sealed password is tried with
 * everything that may be a private key.
 */
export const openWithEverything = async (
  files: readonly string[],
  nodeId: NodeId,
  users: readonly string[],
): Promise<{ readonly boxes: number; readonly keys: number; readonly opened: readonly string[] }> => {
  const texts = files.map((file) => readFileSync(file, 'latin1'))
  const boxes = matchesIn(texts, boxPattern)
  const keys = matchesIn(texts, keyPattern)
  const opened = new Set<string>()
  for (const key of keys) {
    const recipientKey = await suite.kem.importKey('raw', bytesOf(key), false)
    for (const box of boxes) {
      const [enc, ct] = [bytesOf(box).slice(0, 32), bytesOf(box).slice(32)]
      for (const user of users) {
        const info = new TextEncoder().encode(sealingInfo(nodeId, user)).buffer
        const clear = await suite.open({ recipientKey, enc, info }, ct).catch(() => null)
        if (clear) opened.add(new TextDecoder().decode(clear))
      }
    }
  }
  return { boxes: boxes.length, keys: keys.length, opened: [...opened] }
}
