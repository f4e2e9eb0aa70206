import { engineOf } from '../engines/registry.ts'
import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from './instance-spec.ts'
import { invalidInput } from './invalid-input.ts'
import { characterCount } from './text.ts'

const minCharacters = 8
const maxCharacters = 128

/** Why this cannot be a password in this engine, or null. The refusal never shows it. */
export const passwordRefusal = (datastore: DatastoreType, password: string, field: string): Rejection | null => {
  const { wanted, fault } = engineOf(datastore).password
  const rule = `a password is ${minCharacters} to ${maxCharacters} characters ${wanted}`
  const count = characterCount(password)
  if (count < minCharacters || count > maxCharacters) return invalidInput(`${rule}; this one has ${count}`, field)
  const found = fault(password)
  return found === null ? null : invalidInput(`${rule}; ${found}`, field)
}
