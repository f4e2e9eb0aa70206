import { describe, expect, it } from 'vitest'
import { idempotencyKeyRefusal, instanceNameRefusal, tokenNameRefusal } from '../../../../domain/values/names.ts'

const controlCharacters = [
  'a\u0000b',
  'a\nb',
  'a\tb',
  'a\u001bb',
  'a\u007fb',
  'a\u0085b',
  'a\u200bb',
  'a\u202eb',
  'a\u2028b',
]

describe.each([
  ['an instance name', instanceNameRefusal],
  ['a token name', tokenNameRefusal],
])('%s', (_, refusalOf) => {
  it.each(['shop', 'a', '1', 'My shop 2', 'shop-eu_west.1', 'Büro', '店', 'दुकान', '-x', 'x'.repeat(63)])(
    'may be %j',
    (name) => {
      expect(refusalOf(name)).toBeNull()
    },
  )

  it.each([
    '',
    ' ',
    '   ',
    ' shop',
    'shop ',
    'x'.repeat(64),
    "'; DROP TABLE instances; --",
    'a/b',
    '../x',
    '<b>',
    'a"b',
    '$(id)',
    '😀',
    ...controlCharacters,
  ])('may not be %j', (name) => {
    expect(refusalOf(name)).toMatchObject({ code: 'INVALID_INPUT', field: 'name' })
  })

  it('is refused with the value and the rule, under the path of the input', () => {
    expect(refusalOf('a/b', 'input.name')).toMatchObject({
      message: expect.stringMatching(
        /1 to 63 letters, digits, spaces, dashes, underscores or dots; "a\/b" has others$/,
      ),
      field: 'input.name',
    })
  })

  it('is counted in characters, not in bytes', () => {
    expect(refusalOf('店'.repeat(63))).toBeNull()
    expect(refusalOf('店'.repeat(64))?.message).toContain('has 64')
  })

  it.each(controlCharacters)('is shown without what could harm a terminal: %j', (name) => {
    expect(refusalOf(name)?.message).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u)
  })

  it('is shown cut when it is long', () => {
    expect(refusalOf('x'.repeat(10_000))?.message.length).toBeLessThan(200)
  })
})

describe('an idempotency key', () => {
  it.each(['k', '3f0d', 'create shop #1', 'x'.repeat(255)])('may be %j', (key) => {
    expect(idempotencyKeyRefusal(key)).toBeNull()
  })

  it.each(['', 'x'.repeat(256), ...controlCharacters])('may not be %j', (key) => {
    expect(idempotencyKeyRefusal(key)).toMatchObject({ code: 'INVALID_INPUT', field: 'idempotencyKey' })
  })
})
