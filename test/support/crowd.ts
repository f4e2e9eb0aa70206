import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

export type Crowd = {
  /** How many of its clients have a session now. */
  connected(): number
  /** How often a client was refused because every slot was taken. */
  refused(): number
  leave(): Promise<void>
}

/**
 * Clients of an application that is larger than its database: each keeps the session that it gets, and tries again every 250 ms while it gets none.
 */
export const crowd = (config: pg.ClientConfig, count: number): Crowd => {
  const leaving = new AbortController()
  const left = new Promise<void>((resolve) => leaving.signal.addEventListener('abort', () => resolve(), { once: true }))
  let connected = 0
  let refused = 0
  const persist = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      const client = new pg.Client(config)
      const ended = new Promise<void>((resolve) => client.once('end', resolve))
      client.on('error', () => {})
      try {
        await client.connect()
        connected += 1
        await Promise.race([ended, left])
        connected -= 1
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.code === '53300') refused += 1
      }
      await client.end().catch(() => {})
      await delay(250, undefined, { signal: leaving.signal }).catch(() => {})
    }
  }
  const clients = Array.from({ length: count }, persist)
  return {
    connected: () => connected,
    refused: () => refused,
    leave: async () => {
      leaving.abort()
      await Promise.all(clients)
    },
  }
}

/** Connections that never say a word, each opened again when it is dropped if `again`. Resolves when the system has accepted them all; answers how to end them. */
export const silentConnections = async (
  { host, port }: { readonly host: string; readonly port: number },
  count: number,
  { again = false } = {},
): Promise<() => void> => {
  const sockets = new Set<Socket>()
  let left = false
  const open = (): Socket => {
    const socket = connect({ host, port })
    sockets.add(socket)
    socket.on('error', () => {}).resume()
    socket.once('close', () => {
      sockets.delete(socket)
      if (again && !left) open()
    })
    return socket
  }
  await Promise.all(Array.from({ length: count }, () => once(open(), 'connect')))
  return () => {
    left = true
    for (const socket of sockets) socket.destroy()
  }
}
