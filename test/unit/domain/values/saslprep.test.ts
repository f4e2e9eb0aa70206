import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { saslprepFault } from '../../../../domain/values/saslprep.ts'

describe('a text that every client sends alike', () => {
  it.each(['pencil', ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 'pässwörd', 'пароль', '密码', 'אבג', 'אב 12 ג', 'السر'])(
    'is %j',
    (text) => {
      expect(saslprepFault(text)).toBeNull()
    },
  )

  it.each([
    ['a\0b', 'character', 'NUL'],
    ['a\tb', 'character', 'a control character'],
    ['\u{1F511}', 'character', 'an emoji, which Unicode 3.2 does not know'],
    ['\u20bd', 'character', 'the sign of the rouble, of Unicode 7'],
    ['\uFB01ne', 'character', 'a ligature'],
    ['\u00aa', 'character', 'an example of RFC 4013: mapped to a'],
    ['\u2168', 'character', 'an example of RFC 4013: mapped to IX'],
    ['no\u00A0break', 'character', 'a space that is mapped to another'],
    ['ogham\u1680space', 'character', 'a space that only SASLprep maps'],
    ['I\u00ADX', 'character', 'an example of RFC 4013: mapped to nothing'],
    ['zero\u200Bwidth', 'character', 'mapped to a space'],
    ['joiner\u200D', 'character', 'mapped to nothing'],
    ['variant\uFE0F', 'character', 'mapped to nothing'],
    ['\u034F', 'character', 'mapped to nothing'],
    ['\u180B', 'character', 'mapped to nothing'],
    ['\u202e', 'character', 'changes the direction'],
    ['\ue000', 'character', 'for private use'],
    ['\ud800', 'character', 'half a character'],
    ['e\u0301', 'composition', 'decomposed'],
    ['\u0627\u0031', 'direction', 'an example of RFC 4013: does not end with a letter of its script'],
    ['\u05d0b\u05d0', 'direction', 'a mix of directions'],
    ['1\u05d0', 'direction', 'does not begin with a letter of its script'],
  ])('is not %j: %s (%s)', (text, fault) => {
    expect(saslprepFault(text)).toBe(fault)
  })

  it('is any of printable ASCII', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,60}$/), (text) => {
        expect(saslprepFault(text)).toBeNull()
      }),
    )
  })

  it('stays as it is under every normalisation that a driver may do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
        if (saslprepFault(text) !== null) return
        expect(text.normalize('NFKC')).toBe(text)
        expect(text).not.toMatch(/[\p{C}\p{Emoji_Presentation}]/u)
      }),
      { numRuns: 2000 },
    )
  })

  it('has letters of one direction alone once there is one that is written from right to left', () => {
    const hebrew = fc.stringMatching(/^[\u05d0-\u05ea]{1,5}$/)
    const latin = fc.stringMatching(/^[a-z]{1,5}$/)
    fc.assert(
      fc.property(hebrew, latin, hebrew, (before, within, after) => {
        expect(saslprepFault(before + after)).toBeNull()
        expect(saslprepFault(`${before} 12 ${after}`)).toBeNull()
        expect(saslprepFault(before + within + after)).toBe('direction')
      }),
    )
  })
})
