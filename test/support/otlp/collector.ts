import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { freePort } from '../free-ports.ts'
import { decodeSpans, type ExportedSpan } from './decode.ts'

export type Collector = {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  readonly spans: () => readonly ExportedSpan[]
  /** All that was sent, unpacked. */
  readonly bodies: () => Buffer
  readonly requests: () => readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[]
  readonly connections: () => number
  readonly close: () => Promise<void>
}

/** Takes traces over OTLP/HTTP and keeps them. `givenPort`: of one that was there before. */
export const startCollector = async (givenPort?: number): Promise<Collector> => {
  const port = givenPort ?? (await freePort())
  const requests: { path: string; headers: IncomingHttpHeaders }[] = []
  const bodies: Buffer[] = []
  let spans: readonly ExportedSpan[] = []
  let connections = 0
  const server = createServer(async (request, response) => {
    const sent = await bodyOf(request).catch(() => null)
    // It was killed while it sent.
    if (sent === null) return
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    requests.push({ path: request.url ?? '', headers: request.headers })
    bodies.push(body)
    spans = [...spans, ...decodeSpans(body)]
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.on('connection', () => {
    connections += 1
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => spans,
    bodies: () => Buffer.concat(bodies),
    requests: () => requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
