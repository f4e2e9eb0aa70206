import type { Rejection } from '../rejection.ts'
import { invalidInput } from './invalid-input.ts'
import { characterCount, isPrintable, quote } from './text.ts'

const maxNameCharacters = 63
const maxIdempotencyKeyCharacters = 255

/** Why this cannot be an instance's name, or null. `field` is the input's path. */
export const instanceNameRefusal = (name: string, field = 'name'): Rejection | null =>
  plainNameRefusal('an instance name', name, field)

/** Why this cannot be an API token's name, or null. */
export const tokenNameRefusal = (name: string, field = 'name'): Rejection | null =>
  plainNameRefusal('a token name', name, field)

/** Why this cannot be the name of a backup, or null. */
export const backupNameRefusal = (name: string, field = 'name'): Rejection | null =>
  plainNameRefusal('the name of a backup', name, field)

/** Why this cannot be a configuration group's name, or null. */
export const configurationNameRefusal = (name: string, field = 'name'): Rejection | null =>
  plainNameRefusal('the name of a configuration group', name, field)

/** Why this cannot be an idempotency key, or null. */
export const idempotencyKeyRefusal = (key: string, field = 'idempotencyKey'): Rejection | null => {
  const count = characterCount(key)
  if (count >= 1 && count <= maxIdempotencyKeyCharacters && isPrintable(key)) return null
  return invalidInput(
    `an idempotency key is 1 to ${maxIdempotencyKeyCharacters} printable characters, not ${quote(key)} (${count})`,
    field,
  )
}

/** Letters and digits of any script: people name things in their own language. */
const plainName = /^[\p{L}\p{M}\p{N}_.-]([\p{L}\p{M}\p{N} _.-]*[\p{L}\p{M}\p{N}_.-])?$/u

const plainNameRefusal = (what: string, name: string, field: string): Rejection | null => {
  const rule = `${what} is 1 to ${maxNameCharacters} letters, digits, spaces, dashes, underscores or dots`
  if (name.trim() === '') return invalidInput(`${rule}, and not empty`, field)
  const count = characterCount(name)
  if (count > maxNameCharacters) return invalidInput(`${rule}; ${quote(name)} has ${count}`, field)
  if (name !== name.trim()) return invalidInput(`${rule}; ${quote(name)} begins or ends with a space`, field)
  if (!plainName.test(name)) return invalidInput(`${rule}; ${quote(name)} has others`, field)
  return null
}

/** Names that look the same are the same (NFC). */
export const sameName = (one: string, other: string): boolean => one.normalize('NFC') === other.normalize('NFC')
