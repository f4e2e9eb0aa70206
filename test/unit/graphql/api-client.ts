import type { Api } from '../../../graphql/server/api.ts'

export type Reply = {
  readonly status: number
  readonly headers: Headers
  // Whatever the test asked for.
  // biome-ignore lint/suspicious/noExplicitAny: answers of GraphQL have the shape of the question
  readonly data: any
  readonly errors: readonly {
    readonly message: string
    readonly path?: readonly string[]
    readonly extensions: Readonly<Record<string, unknown>>
  }[]
}

export type AskOptions = {
  readonly token?: string | null
  readonly variables?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

export const url = 'http://coffer.test/graphql'

/** Asks the API as a client would, with the given token unless told otherwise. */
export const createApiClient = (api: Pick<Api, 'fetch'>, defaultToken: string) => {
  const post = (body: string, { token = defaultToken, headers = {} }: AskOptions = {}): Promise<Response> =>
    api.fetch(
      new Request(url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      }),
    )
  const ask = async (query: string, options: AskOptions = {}): Promise<Reply> => {
    const response = await post(JSON.stringify({ query, variables: options.variables }), options)
    const { data, errors = [] } = await response.json()
    return { status: response.status, headers: response.headers, data, errors }
  }
  /** The results of a subscription over SSE, until the caller stops reading. */
  async function* follow(query: string, options: AskOptions & { readonly signal?: AbortSignal } = {}) {
    const { token = defaultToken, variables, signal } = options
    const response = await api.fetch(
      new Request(url, {
        method: 'POST',
        body: JSON.stringify({ query, variables }),
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(signal && { signal }),
      }),
    )
    if (!response.body) throw new Error(`no body: ${response.status}`)
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of response.body) {
      rest += decoder.decode(chunk, { stream: true })
      const blocks = rest.split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data: '))
        if (data) yield JSON.parse(data.slice('data: '.length)) as Pick<Reply, 'data' | 'errors'>
      }
    }
  }
  return { post, ask, follow }
}
