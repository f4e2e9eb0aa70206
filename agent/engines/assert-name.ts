import type { NameRule } from '../../domain/engines/descriptor.ts'
import { EngineFault } from './engine.ts'

/** Checked where the wish was made, and here again, where a name becomes part of a statement. Throws `EngineFault` (`INVALID_NAME`, `RESERVED_NAME`). */
export const assertName = (rule: NameRule, name: string): void => {
  const { what, alphabet, maxBytes, pattern, reserved, reservedPrefixes } = rule
  const lower = name.toLowerCase()
  if (!pattern.test(name) || Buffer.byteLength(name) > maxBytes) {
    throw new EngineFault(
      'INVALID_NAME',
      `${JSON.stringify(name)} cannot be ${what}: 1 to ${maxBytes} bytes, ${alphabet}`,
    )
  }
  if (reserved.has(lower) || reservedPrefixes.some((prefix) => lower.startsWith(prefix)))
    throw new EngineFault('RESERVED_NAME', `"${name}" cannot be ${what}: it is reserved for the engine or Coffer`)
}
