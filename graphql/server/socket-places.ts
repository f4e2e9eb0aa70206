import type { ApiLimits } from '../limits.ts'

/** What a place is for: a WebSocket, as far as it tells that it has gone. */
type Guest = { readonly once: (event: 'close', listener: () => void) => unknown }

/**
 * The places for WebSockets. New ones, of whom nothing is known, have places of their own, so that they can shut out nobody: neither
 * those that are known nor, as the oldest gives way, other new ones.
 */
export type SocketPlaces<Socket> = {
  /** Whether there is none left for one that would be known. */
  readonly areTaken: () => boolean
  /** Gives a new one its place. `evict`: closes the oldest new one, whose place it takes. */
  readonly welcome: (socket: Socket, evict: (oldest: Socket) => void) => void
  /** Moves one that has said who it is, and gives the function that frees its place; null when there is none left. */
  readonly tryKnow: (socket: Socket) => (() => void) | null
}

export const createSocketPlaces = <Socket extends Guest>({
  sockets,
  newSockets,
}: Pick<ApiLimits, 'sockets' | 'newSockets'>): SocketPlaces<Socket> => {
  /** In the order of their coming. */
  const unknown = new Set<Socket>()
  let known = 0
  return {
    areTaken: () => known >= sockets,
    welcome: (socket, evict) => {
      const [oldest] = unknown
      if (oldest !== undefined && unknown.size >= newSockets) {
        unknown.delete(oldest)
        evict(oldest)
      }
      unknown.add(socket)
      socket.once('close', () => unknown.delete(socket))
    },
    tryKnow: (socket) => {
      if (known >= sockets) return null
      unknown.delete(socket)
      known += 1
      let freed = false
      return () => {
        if (!freed) known -= 1
        freed = true
      }
    },
  }
}
