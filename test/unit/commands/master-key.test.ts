import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../commands/canonical-json.ts'
import { keyedHash, passwordBytes, passwordOf, secretBytes } from '../../../commands/secrets/master-key.ts'

const masterKey = new Uint8Array(32).fill(7)
const otherKey = new Uint8Array(32).fill(8)

describe('secrets that are kept nowhere', () => {
  it('are the same again for the same idempotency key', () => {
    const source = { idempotencyKey: 'k1', scope: 'instance' }
    expect(secretBytes(masterKey, source, 32)).toEqual(secretBytes(masterKey, source, 32))
  })

  it('differ by idempotency key, by scope and by master key', () => {
    const made = [
      secretBytes(masterKey, { idempotencyKey: 'k1', scope: 'a' }, 32),
      secretBytes(masterKey, { idempotencyKey: 'k2', scope: 'a' }, 32),
      secretBytes(masterKey, { idempotencyKey: 'k1', scope: 'b' }, 32),
      secretBytes(otherKey, { idempotencyKey: 'k1', scope: 'a' }, 32),
    ]
    expect(new Set(made.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(4)
  })

  it('are random without an idempotency key', () => {
    const source = { idempotencyKey: undefined, scope: 'a' }
    expect(secretBytes(masterKey, source, 32)).not.toEqual(secretBytes(masterKey, source, 32))
  })

  it('become passwords of 24 letters and digits', () => {
    const password = passwordOf(secretBytes(masterKey, { idempotencyKey: undefined, scope: 'a' }, passwordBytes))
    expect(password).toMatch(/^[A-HJ-NP-Za-km-z2-9]{24}$/)
  })

  it('are refused as passwords when there are too few fair bytes', () => {
    expect(() => passwordOf(new Uint8Array(128).fill(255))).toThrow('too few')
  })
})

describe('the fingerprint of a request', () => {
  it('does not depend on the order of its fields', () => {
    expect(canonicalJson({ b: 1, a: { d: [1, 2], c: null } })).toBe(canonicalJson({ a: { c: null, d: [1, 2] }, b: 1 }))
  })

  it('leaves out fields that are undefined', () => {
    expect(canonicalJson({ a: 1, b: undefined })).toBe(canonicalJson({ a: 1 }))
  })

  it('does depend on the order of a list', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]))
  })

  it('says nothing without the key', () => {
    expect(keyedHash(masterKey, 'fingerprint', 'x')).not.toBe(keyedHash(otherKey, 'fingerprint', 'x'))
    expect(keyedHash(masterKey, 'fingerprint', 'x')).not.toBe(keyedHash(masterKey, 'idempotency-key', 'x'))
  })
})
