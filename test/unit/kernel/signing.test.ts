import { describe, expect, it } from 'vitest'
import { signatureOf, signedText, signMessage } from '../../../domain/guest/signed-message.ts'
import { createSignatureCheck, deriveSigner } from '../../../kernel/signing.ts'

const isSignedBy = createSignatureCheck()

describe('a derived key', () => {
  const key = deriveSigner('secret', 'purpose')

  it('is the same for the same secret and purpose, and no other', () => {
    expect(deriveSigner('secret', 'purpose').publicKey).toBe(key.publicKey)
    expect(deriveSigner('secret', 'another').publicKey).not.toBe(key.publicKey)
    expect(deriveSigner('secret2', 'purpose').publicKey).not.toBe(key.publicKey)
    expect(key.publicKey).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it('signs what only its public half verifies, and every text for itself', () => {
    const signature = key.sign('text')
    expect(isSignedBy(key.publicKey, 'text', signature)).toBe(true)
    expect(isSignedBy(key.publicKey, 'text ', signature)).toBe(false)
    expect(isSignedBy(deriveSigner('other', 'purpose').publicKey, 'text', signature)).toBe(false)
  })

  it.each([
    ['no key', '', 'x'],
    ['half a key', 'YWJj', 'x'],
    ['no signature', key.publicKey, ''],
  ])('verifies nothing for %s', (_, publicKey, signature) => {
    expect(isSignedBy(publicKey, 'text', signature)).toBe(false)
  })
})

describe('a signed message', () => {
  const key = deriveSigner('secret', 'purpose')
  const message = { topic: 'topic', key: 'key', value: '{"a":1}', headers: { type: 't' } }
  const signed = signMessage(message, { signer: 'host', sequence: 7, key })
  const isGenuine = (of: typeof signed): boolean => {
    const signature = signatureOf(of)
    return signature !== null && isSignedBy(key.publicKey, signedText(of, signature), signature.signature)
  }

  it('keeps what it was, and says who has signed it', () => {
    expect(signed).toMatchObject(message)
    expect(signatureOf(signed)).toMatchObject({ signer: 'host', sequence: 7 })
    expect(isGenuine(signed)).toBe(true)
  })

  it.each([
    ['topic', { topic: 'another' }],
    ['key', { key: 'another' }],
    ['body', { value: '{"a": 1}' }],
    ['signer', { headers: { ...signed.headers, 'coffer-signer': 'another' } }],
    ['sequence', { headers: { ...signed.headers, 'coffer-sequence': '8' } }],
  ])('is no longer genuine with another %s', (_, change) => {
    expect(isGenuine({ ...signed, ...change })).toBe(false)
  })

  it.each([
    ['without a signer', 'coffer-signer'],
    ['without a sequence', 'coffer-sequence'],
    ['without a signature', 'coffer-signature'],
  ])('is not signed %s', (_, header) => {
    const { [header]: _left, ...headers } = signed.headers as Record<string, string>
    expect(signatureOf({ headers })).toBeNull()
  })
})
