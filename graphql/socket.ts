import type { WebSocket as GraphQLSocket, Server } from 'graphql-ws'
import { CloseCode } from 'graphql-ws'
import type { WebSocket } from 'ws'

export type SocketOptions<Extra> = {
  readonly server: Server<Extra>
  readonly extra: Extra
  readonly pingMs: number
  readonly onError: (error: unknown) => void
}

/**
 * Joins a socket to the protocol. A peer that does not answer a ping before the next one is cut. Messages wait for the ones before
 * them to be sent, so a slow reader slows down what it subscribes to instead of filling memory.
 */
export const connectSocket = <Extra>(
  socket: WebSocket,
  { server, extra, pingMs, onError }: SocketOptions<Extra>,
): void => {
  let alive = true
  const ping = setInterval(() => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  }, pingMs)
  ping.unref()

  const adapter: GraphQLSocket = {
    protocol: socket.protocol,
    send: (data) =>
      new Promise((resolve) => {
        // A socket that fails while sending closes, and its subscriptions end with it.
        if (socket.readyState === socket.OPEN) socket.send(data, () => resolve())
        else resolve()
      }),
    close: (code, reason) => socket.close(code, reason),
    onMessage: (handle) => {
      socket.on('message', (data) => {
        alive = true
        handle(String(data)).catch((error: unknown) => {
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
    clearInterval(ping)
    closed(code, String(reason)).catch(onError)
  })
}
