import type { NameRule } from '../engines/descriptor.ts'
import { engineOf } from '../engines/registry.ts'
import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from './instance-spec.ts'
import { invalidInput, reservedName } from './invalid-input.ts'
import { byteCount, quote } from './text.ts'

/** Why this engine cannot have a database of this name, or null: `FEATURE_NOT_AVAILABLE`, `INVALID_INPUT` or `RESERVED_NAME`. */
export const databaseNameRefusal = (datastore: DatastoreType, name: string, field: string): Rejection | null => {
  const { databases } = engineOf(datastore)
  return databases.kind === 'numbered'
    ? { code: 'FEATURE_NOT_AVAILABLE', message: databases.refusal, field }
    : nameRefusal(databases.name, name, field)
}

/** Why this engine cannot have a user of this name, or null: `INVALID_INPUT` or `RESERVED_NAME`. */
export const userNameRefusal = (datastore: DatastoreType, name: string, field: string): Rejection | null =>
  nameRefusal(engineOf(datastore).userName, name, field)

const nameRefusal = (rule: NameRule, name: string, field: string): Rejection | null => {
  const wanted = `${rule.what} has 1 to ${rule.maxBytes} bytes: ${rule.alphabet}`
  const bytes = byteCount(name)
  if (bytes < 1 || bytes > rule.maxBytes) return invalidInput(`${wanted}; ${quote(name)} has ${bytes}`, field)
  if (!rule.pattern.test(name)) return invalidInput(`${wanted}; ${quote(name)} has others`, field)
  // Engines tell some of these apart by case, people do not.
  const lower = name.toLowerCase()
  const prefix = rule.reservedPrefixes.find((reserved) => lower.startsWith(reserved))
  if (prefix) return reservedName(`${quote(name)} is reserved, as all names that begin with ${prefix}`, field)
  if (!rule.reserved.has(lower)) return null
  return reservedName(`${quote(name)} is reserved; so are ${[...rule.reserved].join(', ')}`, field)
}
