import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from './free-ports.ts'

/** The only way from clients to a server, to be the network that fails. */
export type NetworkLink = {
  /** Where clients connect, on the loopback. */
  readonly port: number
  /** Breaks all connections; new ones are made. */
  readonly drop: () => void
  /** Breaks all connections and takes no new ones. */
  readonly refuse: () => Promise<void>
  /** Nothing arrives any more in either direction, and nobody is told: connections stay, new ones are taken and get no answer. */
  readonly goDark: () => void
  /** What clients send arrives, and nothing of what comes back. */
  readonly loseAnswers: () => void
  /** What is answered next is lost, with its connection: the server has done what nobody hears of. Resolves when that has happened. */
  readonly loseNextAnswer: () => Promise<void>
  /** Works again. Connections that lost something are broken: it cannot be made up for. */
  readonly restore: () => Promise<void>
  readonly close: () => Promise<void>
}

type State = 'works' | 'dark' | 'loses-answers'

/** Throws when the port is taken. */
export const startNetworkLink = async (
  target: { readonly host: string; readonly port: number },
  givenPort?: number,
): Promise<NetworkLink> => {
  const port = givenPort ?? (await freePort())
  const sockets = new Set<Socket>()
  let state: State = 'works'
  let onLost: (() => void) | null = null
  let server: Server | null = null

  const accept = (client: Socket): void => {
    const upstream = connect({ ...target, allowHalfOpen: true })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      // It is closed after that, which is what the other side hears of.
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        if (state === 'dark' || (state === 'loses-answers' && socket === upstream)) return
        if (onLost && socket === upstream) {
          onLost()
          onLost = null
          client.destroy()
          return
        }
        if (other.write(chunk)) return
        socket.pause()
        other.once('drain', () => socket.resume())
      })
      // In the dark nobody hears that the other side has ended or gone.
      socket.on('end', () => {
        if (state !== 'dark') other.end()
      })
      socket.on('close', () => {
        sockets.delete(socket)
        if (state !== 'dark') other.destroy()
      })
    }
  }
  const listen = async (): Promise<void> => {
    server ??= createServer({ allowHalfOpen: true }, accept).listen(port, '127.0.0.1')
    if (!server.listening) await once(server, 'listening')
  }
  const drop = (): void => {
    for (const socket of [...sockets]) socket.destroy()
  }
  const refuse = async (): Promise<void> => {
    state = 'works'
    const closing = server
    server = null
    const closed = closing && once(closing, 'close')
    closing?.close()
    drop()
    await closed
  }

  await listen()
  return {
    port,
    drop,
    refuse,
    goDark: () => {
      state = 'dark'
    },
    loseAnswers: () => {
      state = 'loses-answers'
    },
    loseNextAnswer: () =>
      new Promise((resolve) => {
        onLost = resolve
      }),
    restore: async () => {
      if (state !== 'works') drop()
      state = 'works'
      await listen()
    },
    close: refuse,
  }
}
