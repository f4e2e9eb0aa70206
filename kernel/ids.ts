import { createHash } from 'node:crypto'
import type { WallClock } from './clock.ts'
import type { Random } from './random.ts'

/** Makes UUIDs of version 7: they sort by the time they were made, also within a millisecond. */
export type IdSource = { readonly next: () => string }

const format = (bytes: Uint8Array): string => {
  const hex = Buffer.from(bytes).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

/**
 * UUIDv7 by RFC 9562, section 5.7, with method 1 of section 6.2: the 12 bits after the time grow within the millisecond, from a random beginning by
 * random steps, so that ids of one project do not tell how many were made for others in between.
 */
export const createIdSource = (clock: WallClock, random: Pick<Random, 'bytes'>): IdSource => {
  const randomBits = (): number => random.bytes(1)[0] ?? 0
  let lastMs = 0
  let counter = 0
  return {
    next: () => {
      const now = clock.now()
      if (now > lastMs) {
        lastMs = now
        counter = randomBits()
      } else {
        counter += 1 + (randomBits() & 0xf)
        // Too many in a millisecond, or a clock that went back: borrow from the next millisecond, so that order holds.
        if (counter > 0xfff) {
          lastMs += 1
          counter = randomBits()
        }
      }
      const bytes = Buffer.alloc(16)
      bytes.writeUIntBE(lastMs, 0, 6)
      bytes.writeUInt16BE(0x7000 | counter, 6)
      bytes.set(random.bytes(tailBytes), 8)
      bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
      return format(bytes)
    },
  }
}

const tailBytes = 8

/** A UUIDv8 that is a function of its parts: the same parts name the same thing, on any machine. */
export const deriveId = (...parts: readonly string[]): string => {
  const bytes = createHash('sha256').update(parts.join('\u0000')).digest().subarray(0, 16)
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return format(bytes)
}

/** A UUIDv7 that is a function of a moment, in milliseconds since 1970, and of its parts: it sorts like those made at that moment. */
export const deriveIdAt = (timeMs: number, ...parts: readonly string[]): string => {
  const bytes = createHash('sha256')
    .update([String(timeMs), ...parts].join('\u0000'))
    .digest()
    .subarray(0, 16)
  bytes.writeUIntBE(timeMs, 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return format(bytes)
}

/**
 * A UUIDv7 that is a function of another one and of what it is for: it has the other's time and counter, so it sorts like it, and bits of its own behind
 * them.
 */
export const siblingId = (id: string, purpose: string): string => {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  const tail = createHash('sha256').update(`${id}\u0000${purpose}`).digest().subarray(0, tailBytes)
  bytes.set(tail, 8)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return format(bytes)
}
