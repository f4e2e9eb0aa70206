import type { WebSocket as GraphQLSocket, Server } from 'graphql-ws'
import { CloseCode } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Timers } from '../../kernel/timers.ts'

export type SocketOptions<Extra> = {
  readonly server: Server<Extra>
  readonly extra: Extra
  readonly timers: Pick<Timers, 'every'>
  readonly pingMs: number
  /** Ends the connection at once. */
  readonly cut: () => void
  /** The most one message may have. */
  readonly messageBytes: number
  readonly onError: (error: unknown) => void
}

/** RFC 6455. */
const messageTooBig = 1009

/** With more than this unsent, nothing is read from a peer until it has read: it could ask for answers without end, with no token. */
const maxUnsentBytes = 256 * 1024

/**
 * Joins a socket to the protocol. A peer that neither answers a ping before the next one nor takes anything is cut. Messages wait for the
 * ones before them to be sent, so a slow reader slows down what it subscribes to instead of filling memory.
 */
export const connectSocket = <Extra>(
  socket: WebSocket,
  { server, extra, timers, pingMs, cut, messageBytes, onError }: SocketOptions<Extra>,
): void => {
  let alive = true
  const lookAtPeer = (): void => {
    if (alive) socket.ping()
    else cut()
    alive = false
  }
  const ping = timers.every(pingMs, lookAtPeer, { ref: false })

  const adapter: GraphQLSocket = {
    protocol: socket.protocol,
    send: (data) =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve()
        socket.send(data, (failure) => {
          // While nothing is read from it, this is how a peer shows that it is there.
          if (!failure) alive = true
          if (socket.isPaused && socket.bufferedAmount <= maxUnsentBytes) socket.resume()
          // A socket that fails while sending closes, and its subscriptions end with it.
          resolve()
        })
        if (socket.bufferedAmount > maxUnsentBytes) socket.pause()
      }),
    close: (code, reason) => socket.close(code, reason),
    onMessage: (handle) => {
      socket.on('message', (data) => {
        alive = true
        const text = String(data)
        if (Buffer.byteLength(text) > messageBytes)
          return socket.close(messageTooBig, `a message may have at most ${messageBytes} bytes`)
        handle(text).catch((error: unknown) => {
          onError(error)
          socket.close(CloseCode.InternalServerError, 'Internal server error')
        })
      })
    },
  }
  const closed = server.opened(adapter, extra)

  socket.on('pong', () => {
    alive = true
  })
  // Too large a message and broken frames end here; `ws` closes the socket with the code that says so.
  socket.on('error', () => {})
  socket.once('close', (code, reason) => {
    ping.cancel()
    closed(code, String(reason)).catch(onError)
  })
}
