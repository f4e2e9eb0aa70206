import { describe, expect, it } from 'vitest'
import { createSealedBoxOpener, generateBoxKeyPair } from '../../../agent/secrets/sealed-box.ts'
import { seal } from '../../../commands/secrets/seal.ts'
import type { Sealed } from '../../../domain/values/instance-spec.ts'

const pair = generateBoxKeyPair()
const opener = createSealedBoxOpener(pair.privateKeyPem)
const unreadable = expect.objectContaining({ code: 'SECRET_UNREADABLE' })
const asSealed = (box: Buffer): Sealed => box.toString('base64url') as Sealed

describe('a sealed secret', () => {
  it.each(['', 'x', 'correct horse battery staple', 'Ünïcödé ☂', 'p'.repeat(10_000)])(
    'opens with the private key: %#',
    (text) => {
      expect(opener.open(seal(pair.publicKey, text))).toBe(text)
    },
  )

  it('differs every time and shows nothing of the text', () => {
    const text = 'planted-password'
    const [one, other] = [seal(pair.publicKey, text), seal(pair.publicKey, text)]
    expect(one).not.toBe(other)
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('planted')
  })

  it('tells the public key that belongs to the private one', () => {
    expect(opener.publicKey).toBe(pair.publicKey)
    expect(Buffer.from(pair.publicKey, 'base64url')).toHaveLength(32)
  })

  it('does not open with another key', () => {
    const sealed = seal(generateBoxKeyPair().publicKey, 'secret')
    expect(() => opener.open(sealed)).toThrow(unreadable)
  })

  it('does not open when any byte of it was changed', () => {
    const box = Buffer.from(seal(pair.publicKey, 'secret'), 'base64url')
    for (let index = 0; index < box.length; index += 1) {
      const changed = Buffer.from(box)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(() => opener.open(asSealed(changed))).toThrow(unreadable)
    }
  })

  it.each(['', 'AQ', 'not a box at all'])('says that %j is none', (text) => {
    expect(() => opener.open(text as Sealed)).toThrow(unreadable)
  })
})
