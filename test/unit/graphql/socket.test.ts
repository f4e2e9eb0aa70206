import { EventEmitter } from 'node:events'
import type { WebSocket as GraphQLSocket, Server } from 'graphql-ws'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { connectSocket } from '../../../graphql/server/socket.ts'
import { systemTimers } from '../../../kernel/timers.ts'

/** A socket whose peer takes what was sent only when the test says so, joined to a protocol that does nothing by itself. */
const connect = () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const unsent: { readonly bytes: number; readonly done: () => void }[] = []
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    protocol: 'graphql-transport-ws',
    isPaused: false,
    cut: false,
    bufferedAmount: 0,
    send: (data: string, done: () => void) => {
      unsent.push({ bytes: data.length, done })
      socket.bufferedAmount += data.length
    },
    pause: () => {
      socket.isPaused = true
    },
    resume: () => {
      socket.isPaused = false
    },
    ping: () => {},
  })
  const takeOne = (): void => {
    const first = unsent.shift()
    socket.bufferedAmount -= first?.bytes ?? 0
    first?.done()
  }
  let adapter: GraphQLSocket | undefined
  const opened = (joined: GraphQLSocket) => {
    adapter = joined
    return async () => {}
  }
  const server = { opened } as unknown as Server<object>
  // All of a socket that joining it looks at.
  connectSocket(socket as unknown as WebSocket, {
    server,
    extra: {},
    timers: systemTimers,
    pingMs: 1000,
    cut: () => {
      socket.cut = true
    },
    messageBytes: 1000,
    onError: () => {},
  })
  const send = (kilobytes: number) => adapter?.send('x'.repeat(kilobytes * 1024))
  return { socket, send, takeOne }
}

describe('a peer that asks and does not read the answers', () => {
  it('is not read from until it has taken them', async () => {
    const { socket, send, takeOne } = connect()
    const [first, second] = [send(200), send(200)]
    expect(socket.isPaused).toBe(true)
    takeOne()
    await first
    expect(socket.isPaused).toBe(false)
    takeOne()
    await second
  })

  it('is cut when it takes nothing at all, however much it has sent', () => {
    const { socket, send } = connect()
    socket.emit('message', '{}')
    void send(300)
    vi.advanceTimersByTime(2000)
    expect(socket.cut).toBe(true)
  })

  it('is kept as long as it takes something, though its pongs cannot be read', () => {
    const { socket, send, takeOne } = connect()
    for (let n = 0; n < 5; n += 1) void send(300)
    for (let n = 0; n < 4; n += 1) {
      vi.advanceTimersByTime(900)
      takeOne()
    }
    expect({ cut: socket.cut, isPaused: socket.isPaused }).toEqual({ cut: false, isPaused: true })
  })
})
