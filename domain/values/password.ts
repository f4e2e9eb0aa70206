import type { Rejection } from '../rejection.ts'
import { invalidInput } from './invalid-input.ts'
import { characterCount, isPrintable } from './text.ts'

const minCharacters = 8
const maxCharacters = 128

/** Mapped to nothing by SASLprep (RFC 3454, table B.1); of that table only these are printable. */
const mappedToNothing = /\u034F|[\u180B-\u180D]|[\uFE00-\uFE0F]/u

/** Clients normalise a password before they send it (SASLprep, RFC 4013), or do not: one that this changes has two forms. */
const hasOneForm = (password: string): boolean =>
  password.normalize('NFKC') === password && !mappedToNothing.test(password)

/** Why this can not be a password, or null. The refusal never shows it. */
export const passwordRefusal = (password: string, field: string): Rejection | null => {
  const rule = `a password is ${minCharacters} to ${maxCharacters} printable characters`
  const count = characterCount(password)
  if (count < minCharacters || count > maxCharacters) return invalidInput(`${rule}; this one has ${count}`, field)
  if (!isPrintable(password)) return invalidInput(`${rule}; this one has control characters or the like`, field)
  return hasOneForm(password) ? null : invalidInput(`${rule}; this one has some that clients send in two ways`, field)
}
