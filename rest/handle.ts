import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RestApi } from './api.ts'
import { RestFault } from './fault.ts'

/** Answers a request of Node's server. `bodyBytes`: the most that is read of a body; 413 for more. */
export const createRestHandler =
  (api: RestApi, { bodyBytes }: { readonly bodyBytes: number }) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const header = (name: string): string | null => {
      const value = request.headers[name]
      return (Array.isArray(value) ? value.join(', ') : value) ?? null
    }
    const { status, headers, text } = await api.answer({
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      header,
      address: request.socket.remoteAddress,
      readBody: () => readBody(request, bodyBytes),
      signal: gone.signal,
    })
    if (response.destroyed) return
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) })
    response.end(text)
  }

/** Throws 413 for a body that is too long, and what is wrong with the connection. */
const readBody = async (request: IncomingMessage, bodyBytes: number): Promise<string> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyBytes) {
      throw new RestFault(413, `a body has at most ${bodyBytes / 1024} KiB`, { code: 'REQUEST_ENTITY_TOO_LARGE' })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
