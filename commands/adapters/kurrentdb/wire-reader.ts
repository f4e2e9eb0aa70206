/**
 * Reads the fields of a message in the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding), one after the
 * other. After `next`, exactly one of the others must take or skip the field. Throws on bytes that end too early, and on types
 * of fields that proto3 does not have.
 */
export type WireReader = {
  /** Goes on to the next field; false at the end of the message. */
  readonly next: () => boolean
  readonly field: () => number
  /** An unsigned integer, rounded where it is above `Number.MAX_SAFE_INTEGER`, as the revision of a tombstone is. */
  readonly number: () => number
  readonly text: () => string
  /** A part of the whole, not a copy. */
  readonly bytes: () => Buffer
  readonly message: <T>(read: (reader: WireReader) => T) => T
  readonly skip: () => void
}

const varint = 0
const fixed64 = 1
const delimited = 2
const fixed32 = 5

export const createWireReader = (bytes: Buffer): WireReader => {
  let [at, end, tag] = [0, bytes.length, 0]

  const number = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = bytes[at]
      if (byte === undefined || at >= end) throw new Error('the bytes end within a number')
      at += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    return value
  }

  /** The end of what is as long as the number here says. */
  const delimitedEnd = (): number => {
    if ((tag & 7) !== delimited) throw new Error(`field ${tag >>> 3} has type ${tag & 7}, not ${delimited}`)
    const length = number()
    if (at + length > end) throw new Error('the bytes end within a field')
    return at + length
  }

  const take = <T>(from: (start: number, end: number) => T): T => {
    const partEnd = delimitedEnd()
    const taken = from(at, partEnd)
    at = partEnd
    return taken
  }

  const skip = (): void => {
    const type = tag & 7
    if (type === varint) number()
    else if (type === delimited) at = delimitedEnd()
    else if (type === fixed64 || type === fixed32) at += type === fixed64 ? 8 : 4
    else throw new Error(`field ${tag >>> 3} has the unknown type ${type}`)
    if (at > end) throw new Error('the bytes end within a field')
  }

  const reader: WireReader = {
    next: () => {
      if (at >= end) return false
      tag = number()
      return true
    },
    field: () => tag >>> 3,
    number: () => {
      if ((tag & 7) !== varint) throw new Error(`field ${tag >>> 3} has type ${tag & 7}, not ${varint}`)
      return number()
    },
    text: () => take((start, partEnd) => bytes.toString('utf8', start, partEnd)),
    bytes: () => take((start, partEnd) => bytes.subarray(start, partEnd)),
    message: (read) => {
      const outer = end
      end = delimitedEnd()
      const value = read(reader)
      at = end
      end = outer
      return value
    },
    skip,
  }
  return reader
}
