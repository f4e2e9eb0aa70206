import { Agent, request } from 'node:http'

/** Sends GraphQL over one connection that stays open. One request at a time. */
export type KeepAliveClient = {
  /** The data of the answer. Throws when a field of it is null, or there are errors. */
  readonly ask: (body: string) => Promise<Readonly<Record<string, unknown>>>
  /** Answers how long it took until the whole answer was there, in milliseconds. Throws when the answer is not what was asked for. */
  readonly time: (body: string) => Promise<number>
  readonly close: () => void
}

export const graphqlBody = (
  query: { readonly toString: () => string },
  variables: Readonly<Record<string, unknown>> = {},
): string => JSON.stringify({ query: String(query), variables })

export const createKeepAliveClient = ({
  url,
  token,
}: {
  readonly url: string
  readonly token: string
}): KeepAliveClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const endpoint = new URL('/graphql', url)
  const headers = { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` }

  const send = (body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const sent = request(
        endpoint,
        { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
          response.on('error', reject)
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })

  const parse = (text: string): Readonly<Record<string, unknown>> => {
    const { data, errors } = JSON.parse(text) as { data?: Record<string, unknown> | null; errors?: unknown }
    if (errors || !data || Object.values(data).includes(null))
      throw new Error(`the server answered ${text.slice(0, 500)}`)
    return data
  }

  return {
    ask: async (body) => parse(await send(body)),
    time: async (body) => {
      const startedAt = performance.now()
      const text = await send(body)
      const tookMs = performance.now() - startedAt
      parse(text)
      return tookMs
    },
    close: () => agent.destroy(),
  }
}
