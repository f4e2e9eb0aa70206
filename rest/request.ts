import type { ProjectId } from '../domain/ids.ts'
import type { ApiContext } from '../graphql/context.ts'
import type { Edge } from '../graphql/server/api.ts'

/** A request of HTTP, without its connection. */
export type RestRequest = {
  readonly method: string
  /** With the query string. */
  readonly url: string
  /** The value of a header, whatever the case of its name; null where there is none. */
  readonly header: (name: string) => string | null
  /** Of whoever sent it, or of the proxy before Coffer. */
  readonly address?: string | undefined
  /** The body, which is asked for once it is known who sends it. */
  readonly readBody: () => Promise<string>
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal
}

/** `body`: what is written in the format that the caller asked for; absent where the answer has none. */
export type RestAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Body
}

/** An answer as it goes out. */
export type Answered = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** The wrapped body of a request or an answer: `{"instance": {...}}`. */
export type Body = { readonly [key: string]: Json | undefined }

/** One request on its way to what answers it. */
export type Call = {
  readonly context: ApiContext
  /** The project of the path: the caller's own, or for admins any. */
  readonly project: ProjectId
  /** What stands in the path where the route has `{name}`, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** What was sent; null for nothing. */
  readonly body: unknown
  /** `http://host:port`, as the caller reached us. */
  readonly base: string
  readonly idempotencyKey: string | null
  /** Who a token stands for and what time it is: a login asks. */
  readonly edge: Pick<Edge, 'authenticate' | 'kernel'>
}
