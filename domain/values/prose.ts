import type { Rejection } from '../rejection.ts'
import { invalidInput } from './invalid-input.ts'
import { characterCount, isPrintable } from './text.ts'

const mostCharacters = 500

/** Why this cannot be what people say of something, or null. Several lines are fine. `what`: such as `a description`. */
export const proseRefusal = (what: string, text: string, field: string): Rejection | null => {
  const rule = `${what} is at most ${mostCharacters} printable characters, in lines`
  const count = characterCount(text)
  if (count > mostCharacters) return invalidInput(`${rule}; this one has ${count}`, field)
  return text.split('\n').every(isPrintable) ? null : invalidInput(`${rule}; this one has others`, field)
}
