import type { Duplex } from 'node:stream'

/** Packets of one connection, in both directions: three bytes of length, one of sequence, and what they carry. Ours are shorter than 16 MiB. */
export type Packets = {
  /** The next one that the server sends. One may be waited for at a time. Rejects when the connection fails or ends. */
  receive(): Promise<Buffer>
  /** `sequence`: 0 begins a command; by default it follows the last packet. */
  send(payload: Buffer, sequence?: number): void
  /** Closes the connection after what was sent. */
  end(): void
  /** Leaves the stream to somebody else. */
  detach(): void
}

export class ConnectionEnded extends Error {
  constructor() {
    super('the connection was closed')
  }
}

const headerBytes = 4
/** A packet of this length goes on in the next one: no answer to a question of ours is so long. */
const longestBytes = 0xff_ff_ff

export const createPackets = (stream: Duplex, lastSequence = -1): Packets => {
  let received = Buffer.alloc(0)
  let sequence = lastSequence
  let failure: Error | null = null
  let waiting: { readonly resolve: (packet: Buffer) => void; readonly reject: (error: Error) => void } | null = null

  const deliver = (): void => {
    if (!waiting) return
    const length = received.length < headerBytes ? null : received.readUIntLE(0, 3)
    if (length === longestBytes) fail(new Error('what answers does not speak the protocol of MariaDB'))
    else if (length !== null && received.length >= headerBytes + length) {
      const packet = received.subarray(headerBytes, headerBytes + length)
      sequence = received.readUInt8(3)
      received = received.subarray(headerBytes + length)
      waiting.resolve(packet)
      waiting = null
    } else if (failure) {
      waiting.reject(failure)
      waiting = null
    }
  }
  const fail = (error: Error): void => {
    failure ??= error
    if (!waiting) return
    waiting.reject(failure)
    waiting = null
  }
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk])
    deliver()
  }
  const onClose = (): void => fail(new ConnectionEnded())
  stream.on('data', onData)
  stream.on('error', fail)
  stream.on('close', onClose)
  return {
    receive: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        deliver()
      }),
    send: (payload, next = sequence + 1) => {
      const header = Buffer.alloc(headerBytes)
      header.writeUIntLE(payload.length, 0, 3)
      header.writeUInt8(next & 0xff, 3)
      sequence = next
      stream.write(Buffer.concat([header, payload]))
    },
    end: () => stream.end(),
    detach: () => {
      stream.off('data', onData)
      stream.off('close', onClose)
    },
  }
}
