import type { IndexEntry, ViewWrite } from '../../ports/view-store.ts'
import { getOrCreate } from '../memory/get-or-create.ts'
import { encodeListed, encodePlace } from './keys.ts'
import { encodeText } from './order-text.ts'

export type PackOptions = {
  /** Of a message to Redis. */
  readonly maxWritesPerMessage: number
  readonly maxBytesPerMessage: number
}

/**
 * Writes as the script takes them, in pieces of at most a message: as few as it takes, none for none. A piece is two lists in MessagePack
 * (https://github.com/msgpack/msgpack/blob/master/spec.md): first of every write its key, its document as JSON, the number of its places and those places,
 * where -1 places delete the document; then lists of a view, by `encodeListed`. A place is a number where the document stands by its own
 * key: which of these lists it is in, counted from 1. Otherwise it is a text, by `encodePlace`.
 *
 * One block of bytes, because as single arguments the texts cost the client several times as much, in copies and in garbage.
 */
export const packWrites = (writes: readonly ViewWrite[], options: PackOptions): readonly Buffer[] => {
  const pieces: Buffer[] = []
  let piece = beginPiece(writes.length)
  for (const [at, write] of writes.entries()) {
    const isFull = piece.count() >= options.maxWritesPerMessage || piece.bytes() >= options.maxBytesPerMessage
    if (isFull && piece.count() > 0) {
      pieces.push(piece.end())
      piece = beginPiece(writes.length - at)
    }
    piece.add(write)
  }
  return piece.count() > 0 ? [...pieces, piece.end()] : pieces
}

const beginPiece = (writes: number) => {
  const out = createPacker(Math.min(writes * bytesOfWrite, mostFirstBytes))
  const lists = new Map<string, Map<string, number>>()
  const listed: string[] = []
  let [count, items] = [0, 0]
  out.arrayHead(2)
  const itemsAt = out.arrayHead(0)

  /** Lists are few, and a document is in several. */
  const listNumber = ({ index, value }: IndexEntry): number => {
    const values = getOrCreate(lists, index, () => new Map())
    return getOrCreate(values, value, () => listed.push(encodeListed(index, value)))
  }

  const add = (write: ViewWrite): void => {
    const { key } = write
    const encodedKey = encodeText(key)
    count += 1
    out.text(encodedKey)
    if (write.kind === 'delete') {
      out.text('')
      out.integer(-1)
      items += 3
      return
    }
    const { entries } = write
    out.text(JSON.stringify(write.document))
    out.integer(entries.length)
    for (const entry of entries) {
      if (entry.sortKey === key) out.integer(listNumber(entry))
      else out.text(encodePlace({ ...entry, key }, encodedKey))
    }
    items += 3 + entries.length
  }

  const end = (): Buffer => {
    out.setArrayHead(itemsAt, items)
    out.arrayHead(listed.length)
    for (const list of listed) out.text(list)
    return out.written()
  }

  return { add, end, count: () => count, bytes: out.length }
}

/**
 * Of what a piece begins with. A large block for one write costs more than the write: it is memory of its own, which has to be taken and given back,
 * where a small one comes from a pool.
 */
const bytesOfWrite = 1024
const mostFirstBytes = 65_536
const maxUtf8Bytes = 3
/** Of the formats `array 32`, `str 32`, `int 32`. */
const headBytes = 5

/** MessagePack of the few things that are in a piece. Numbers are whole, and fit into 32 bits. */
const createPacker = (firstBytes: number) => {
  let buffer = Buffer.allocUnsafe(firstBytes)
  let length = 0

  const makeRoom = (bytes: number): void => {
    if (length + bytes <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(length + bytes, buffer.length * 2))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }

  const head = (format: number, value: number, at: number): void => {
    buffer[at] = format
    buffer.writeInt32BE(value, at + 1)
  }

  return {
    length: () => length,
    written: (): Buffer => buffer.subarray(0, length),
    /** Where the head is, for `setArrayHead`. */
    arrayHead: (items: number): number => {
      makeRoom(headBytes)
      head(0xdd, items, length)
      length += headBytes
      return length - headBytes
    },
    setArrayHead: (at: number, items: number): void => head(0xdd, items, at),
    integer: (value: number): void => {
      makeRoom(headBytes)
      // As a byte of its own, which nearly all of them are.
      if (value >= 0 && value < 0x80) {
        buffer[length] = value
        length += 1
        return
      }
      head(0xd2, value, length)
      length += headBytes
    },
    text: (text: string): void => {
      makeRoom(headBytes + text.length * maxUtf8Bytes)
      const bytes = buffer.write(text, length + headBytes)
      head(0xdb, bytes, length)
      length += headBytes + bytes
    },
  }
}
