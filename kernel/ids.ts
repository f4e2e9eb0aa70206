import { createHash } from 'node:crypto'
import type { WallClock } from './clock.ts'
import type { Random } from './random.ts'

/** Makes UUIDs of version 7: they sort by the time they were made, also within a millisecond. */
export type IdSource = { readonly next: () => string }

/** The first 16 bytes as a UUID. Sets the mark of its variant in them. */
const format = (bytes: Buffer): string => {
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
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
      return format(bytes)
    },
  }
}

const tailBytes = 8

const digestOf = (...parts: readonly string[]): Buffer => createHash('sha256').update(parts.join('\u0000')).digest()

const ofVersion = (version: 7 | 8, bytes: Buffer): string => {
  bytes[6] = (version << 4) | ((bytes[6] ?? 0) & 0x0f)
  return format(bytes)
}

/** A UUIDv8 that is a function of its parts: the same parts name the same thing, on any machine. */
export const deriveId = (...parts: readonly string[]): string => ofVersion(8, digestOf(...parts))

/** A UUIDv7 that is a function of a moment, in milliseconds since 1970, and of its parts: it sorts like those made at that moment. */
export const deriveIdAt = (timeMs: number, ...parts: readonly string[]): string => {
  const bytes = digestOf(String(timeMs), ...parts)
  bytes.writeUIntBE(timeMs, 0, 6)
  return ofVersion(7, bytes)
}

/**
 * A UUIDv7 that is a function of another one and of what it is for: it has the other's time and counter, so it sorts like it, and bits of its own behind
 * them.
 */
export const siblingId = (id: string, purpose: string): string => {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  bytes.set(digestOf(id, purpose).subarray(0, tailBytes), 8)
  return format(bytes)
}
