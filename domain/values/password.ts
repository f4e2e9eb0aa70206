import type { Rejection } from '../rejection.ts'
import { invalidInput } from './invalid-input.ts'
import { type SaslprepFault, saslprepFault } from './saslprep.ts'
import { characterCount } from './text.ts'

const minCharacters = 8
const maxCharacters = 128

const explanations: Readonly<Record<SaslprepFault, string>> = {
  character:
    'this one has a character that drivers send in different ways or refuse, such as an emoji, a control character, a ligature or a special space',
  composition: 'this one has an accent or a part of a character that drivers join with the one before it',
  direction:
    'this one has letters that are written from right to left, and then it must begin and end with one and have none of other scripts (RFC 4013)',
}

/** Why this can not be a password, or null. The refusal never shows it. */
export const passwordRefusal = (password: string, field: string): Rejection | null => {
  const rule = `a password is ${minCharacters} to ${maxCharacters} characters that every driver sends alike, as all of ASCII that can be typed`
  const count = characterCount(password)
  if (count < minCharacters || count > maxCharacters) return invalidInput(`${rule}; this one has ${count}`, field)
  const fault = saslprepFault(password)
  return fault && invalidInput(`${rule}; ${explanations[fault]}`, field)
}
