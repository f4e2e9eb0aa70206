/** Reads one value of a packet after the other, as the protocol of MariaDB writes them. Reading past the end throws. */
export type Reader = {
  readonly left: () => number
  readonly uint: (bytes: 1 | 2 | 3 | 4) => number
  readonly skip: (bytes: number) => void
  readonly bytes: (count: number) => Buffer
  /** Up to a zero byte, or the end. */
  readonly zeroTerminated: () => Buffer
  /** A number that says by its first byte how long it is; null for NULL. */
  readonly length: () => number | null
  /** A text after its length; null for NULL. */
  readonly text: () => string | null
}

export const createReader = (packet: Buffer): Reader => {
  let at = 0
  const bytes = (count: number): Buffer => {
    if (at + count > packet.length) throw new RangeError('the packet is cut short')
    at += count
    return packet.subarray(at - count, at)
  }
  const uint: Reader['uint'] = (count) => bytes(count).readUIntLE(0, count)
  const length = (): number | null => {
    const first = uint(1)
    if (first < 0xfb) return first
    if (first === 0xfb) return null
    if (first === 0xfc) return uint(2)
    if (first === 0xfd) return uint(3)
    return Number(bytes(8).readBigUInt64LE(0))
  }
  return {
    left: () => packet.length - at,
    uint,
    bytes,
    length,
    skip: (count) => void bytes(count),
    zeroTerminated: () => {
      const end = packet.indexOf(0, at)
      const found = bytes((end < 0 ? packet.length : end) - at)
      if (end >= 0) at += 1
      return found
    },
    text: () => {
      const size = length()
      return size === null ? null : bytes(size).toString('utf8')
    },
  }
}

/** A number of so many bytes, the lowest first. */
export const uintBytes = (value: number, count: number): Buffer => {
  const buffer = Buffer.alloc(count)
  buffer.writeUIntLE(value, 0, count)
  return buffer
}

export const zeroTerminated = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8')
