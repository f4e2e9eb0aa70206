import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Fault =
  /** Answers so instead of the server. */
  | { readonly kind: 'status'; readonly status: number }
  /** The server does it, and its answer is lost with the connection. */
  | { readonly kind: 'answer lost' }
  /** The connection ends after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The connection ends before the server hears of anything. */
  | { readonly kind: 'refused' }
  /** A byte of what is sent is another when it arrives. */
  | { readonly kind: 'flipped' }

export type FaultyProxy = {
  readonly port: number
  /** What happens to the next requests, in order; null: nothing. After these all is well. */
  readonly plan: (...faults: readonly (Fault | null)[]) => void
  /** What happens to the request of this number, from 0 on, as far as nothing is planned. */
  readonly always: (fault: (nth: number) => Fault | null) => void
  /** What was sent: method and path with its query. */
  readonly requests: () => readonly string[]
  readonly close: () => Promise<void>
}

/** The way to an HTTP server, to be one on which requests fail. */
export const startFaultyProxy = async (targetPort: number): Promise<FaultyProxy> => {
  let planned: (Fault | null)[] = []
  let seen: string[] = []
  let usual: (nth: number) => Fault | null = () => null
  const server = createServer((incoming, outgoing) => {
    const next = planned.shift()
    const fault = next === undefined ? usual(seen.length) : next
    seen.push(`${incoming.method} ${incoming.url}`)
    if (fault?.kind === 'refused') return void incoming.socket.destroy()
    if (fault?.kind === 'status') {
      incoming.resume()
      incoming.once('end', () => outgoing.writeHead(fault.status).end())
      return
    }
    const { method, url, headers } = incoming
    const passed = request({ host: '127.0.0.1', port: targetPort, method, path: url, headers }, (answer) => {
      if (fault?.kind === 'answer lost') {
        answer.resume()
        answer.once('end', () => incoming.socket.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      let left = fault?.kind === 'cut' ? fault.afterBytes : Number.POSITIVE_INFINITY
      answer.on('data', (chunk: Buffer) => {
        if (left === 0) return
        outgoing.write(chunk.subarray(0, left))
        left -= Math.min(left, chunk.length)
        if (left === 0) outgoing.write('', () => incoming.socket.destroy())
      })
      answer.once('end', () => outgoing.end())
    })
    passed.on('error', () => incoming.socket.destroy())
    let isFirst = true
    incoming.on('data', (chunk: Buffer) => {
      const first = chunk[0]
      if (fault?.kind === 'flipped' && isFirst && first !== undefined) chunk[0] = first ^ 1
      isFirst = false
      passed.write(chunk)
    })
    incoming.once('end', () => passed.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    plan: (...faults) => {
      planned = [...faults]
      seen = []
    },
    always: (fault) => {
      usual = fault
    },
    requests: () => seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
