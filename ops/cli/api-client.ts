import { programVersion } from '../program-info.ts'
import type { ClientSettings } from './client-environment.ts'
import type { Document } from './document.ts'
import { readEventStream } from './event-stream.ts'
import { CliFailure, exitCodes, trouble } from './failure.ts'

export type Variables = Readonly<Record<string, unknown>>

/** The API, as the commands use it. Everything throws `CliFailure`. */
export type ApiClient = {
  readonly url: string
  /** One query or mutation: its `data`. */
  readonly request: <Data, Given = Variables>(
    document: Document<Data, Given>,
    variables: Given,
    signal: AbortSignal,
  ) => Promise<Data>
  /**
   * The values of a subscription until the server ends it or the signal aborts. Throws `CONNECTION_LOST` when it breaks off: subscribe
   * again. Throws `STREAM_BLOCKED` when nothing comes through at all, as behind a proxy that buffers: ask with queries instead.
   */
  readonly subscribe: <Data, Given = Variables>(
    document: Document<Data, Given>,
    variables: Given,
    signal: AbortSignal,
  ) => AsyncIterable<Data>
  /** Asks for what the server offers to admins besides GraphQL, however long that takes, and tells how it comes along. */
  readonly post: <Answer, Progress>(
    path: string,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ) => Promise<Answer>
}

type GraphQLAnswer<Data> = {
  readonly data?: Data | null
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[]
}

export type ClientPatience = {
  /** How long a query or a mutation may take. */
  readonly requestTimeoutMs: number
  /** How long a subscription may take until its first byte, which the server sends at once. */
  readonly firstByteMs: number
  /** How long a subscription may be silent then. The server sends something every 12 s. */
  readonly silenceMs: number
}

/** The audit log names the program that asked for something. */
const userAgent = `coffer/${programVersion}`

const defaultPatience: ClientPatience = { requestTimeoutMs: 60_000, firstByteMs: 5000, silenceMs: 30_000 }
/** Codes that are the caller's to mend. Any other error is trouble. */
const refusals = new Set([
  'BAD_REQUEST',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'INVALID_INPUT',
  'NOT_FOUND',
  'RATE_LIMITED',
  'QUERY_TOO_COMPLEX',
  'TOO_MANY_SUBSCRIPTIONS',
])

export const createApiClient = ({ url, token }: ClientSettings, patience: Partial<ClientPatience> = {}): ApiClient => {
  const { requestTimeoutMs, firstByteMs, silenceMs } = { ...defaultPatience, ...patience }
  const post = async (path: string, accept: string, body: unknown, signal: AbortSignal): Promise<Response> => {
    try {
      return await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept,
          authorization: `Bearer ${token}`,
          'user-agent': userAgent,
        },
        body: JSON.stringify(body),
        signal,
      })
    } catch (error) {
      throw signal.aborted ? signal.reason : explainConnection(url, error)
    }
  }

  return {
    url,
    async request<Data, Given>(document: Document<Data, Given>, variables: Given, signal: AbortSignal): Promise<Data> {
      const timeout = AbortSignal.timeout(requestTimeoutMs)
      const bounded = AbortSignal.any([signal, timeout])
      try {
        const response = await post('/graphql', 'application/json', { query: String(document), variables }, bounded)
        return dataOf(await parseAnswer(url, response))
      } catch (error) {
        signal.throwIfAborted()
        if (timeout.aborted) throw notAnswered(url, requestTimeoutMs, error)
        throw error instanceof CliFailure ? error : connectionLost(url, error)
      }
    },
    async *subscribe<Data, Given>(document: Document<Data, Given>, variables: Given, signal: AbortSignal) {
      const silence = createSilence(firstByteMs, silenceMs)
      try {
        const accept = 'text/event-stream, application/json'
        const bounded = AbortSignal.any([signal, silence.signal])
        const response = await post('/graphql', accept, { query: String(document), variables }, bounded)
        if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
          dataOf(await parseAnswer(url, response))
          throw trouble(
            'BAD_ANSWER',
            `${url} answers a subscription with something else than events: is it a Coffer server?`,
          )
        }
        for await (const { event, data } of readEventStream(silence.listen(response.body))) {
          if (event === 'complete') return
          if (event === 'next') yield dataOf(JSON.parse(data) as GraphQLAnswer<Data>)
        }
      } catch (error) {
        if (signal.aborted) return
        if (silence.signal.aborted && !silence.wasHeard()) throw streamBlocked(url, error)
        throw error instanceof CliFailure ? error : connectionLost(url, error)
      } finally {
        silence.end()
      }
      if (!signal.aborted) throw connectionLost(url)
    },
    async post<Answer, Progress>(path: string, signal: AbortSignal, onProgress: (progress: Progress) => void) {
      const response = await post(path, 'text/event-stream, application/json', {}, signal)
      if (!response.ok || !response.body) throw await refusalOf(url, path, response)
      try {
        for await (const { event, data } of readEventStream(response.body)) {
          // What this server sends under these names.
          if (event === 'progress') onProgress(JSON.parse(data) as Progress)
          if (event === 'done') return JSON.parse(data) as Answer
          if (event === 'error') throw failureOf(JSON.parse(data) as Refusal)
        }
      } catch (error) {
        signal.throwIfAborted()
        throw error instanceof CliFailure ? error : connectionLost(url, error)
      }
      throw connectionLost(url)
    },
  }
}

type Refusal = { readonly code: string; readonly message: string }

const failureOf = (refusal: Refusal): CliFailure =>
  new CliFailure(refusals.has(refusal.code) ? exitCodes.refused : exitCodes.trouble, refusal)

/** Another server answers without `error`. */
const refusalOf = async (url: string, path: string, response: Response): Promise<CliFailure> => {
  const answer = (await response.json().catch(() => ({}))) as { readonly error?: Refusal }
  const message = `${url}${path} answers ${response.status}: is it a Coffer server?`
  return failureOf(answer.error ?? { code: 'BAD_ANSWER', message })
}

/** Aborts when nothing is heard for too long, at first and then between two parts. */
const createSilence = (firstMs: number, nextMs: number) => {
  const over = new AbortController()
  let heard = false
  let timer = setTimeout(() => over.abort(), firstMs)
  return {
    signal: over.signal,
    wasHeard: () => heard,
    async *listen(body: AsyncIterable<Uint8Array>) {
      for await (const part of body) {
        heard = true
        clearTimeout(timer)
        timer = setTimeout(() => over.abort(), nextMs)
        yield part
      }
    },
    end: () => clearTimeout(timer),
  }
}

const parseAnswer = async <Data>(url: string, response: Response): Promise<GraphQLAnswer<Data>> => {
  const text = await response.text()
  try {
    const answer = JSON.parse(text) as GraphQLAnswer<Data>
    if (answer.data !== undefined || answer.errors !== undefined) return answer
  } catch {
    // Not JSON, so not our server: told below.
  }
  // A proxy answers these for a server that is away.
  const code = [502, 503, 504].includes(response.status) ? 'UNAVAILABLE' : 'BAD_ANSWER'
  throw trouble(
    code,
    `${url}/graphql answers ${response.status} ${response.statusText} and no GraphQL: is it a Coffer server?`,
  )
}

const dataOf = <Data>({ data, errors }: GraphQLAnswer<Data>): Data => {
  const [error] = errors ?? []
  if (!error && data) return data
  const code = String(error?.extensions?.code ?? 'INTERNAL_ERROR')
  const exitCode = refusals.has(code) ? exitCodes.refused : exitCodes.trouble
  throw new CliFailure(exitCode, {
    code,
    message: explainError(code, error?.message ?? 'the answer holds nothing'),
  })
}

const explainError = (code: string, message: string): string =>
  code === 'UNAUTHENTICATED'
    ? `the token is not accepted (${message}): check COFFER_TOKEN or the admin-token file of the data directory`
    : message

const notAnswered = (url: string, afterMs: number, cause: unknown): CliFailure =>
  trouble('CONNECTION_LOST', `${url} has not answered within ${afterMs / 1000} s`, cause)

const streamBlocked = (url: string, cause: unknown): CliFailure =>
  trouble('STREAM_BLOCKED', `${url} sends no events: does a proxy on the way hold them back?`, cause)

const connectionLost = (url: string, cause?: unknown): CliFailure =>
  trouble('CONNECTION_LOST', `the connection to ${url} broke off`, cause)

const explainConnection = (url: string, error: unknown): CliFailure => {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined
  const code = cause?.code ?? (cause as { errors?: NodeJS.ErrnoException[] } | undefined)?.errors?.[0]?.code
  if (code === 'ECONNREFUSED') {
    return trouble(
      'NO_SERVER',
      `no server answers at ${url}: start one with "npm start", or set COFFER_URL to where it is`,
      error,
    )
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return trouble('NO_SERVER', `${new URL(url).hostname} is not a known host: check COFFER_URL (${url})`, error)
  const reason = cause?.message || (error as Error).message
  return trouble('CONNECTION_LOST', `${url} cannot be reached: ${reason}`, error)
}
