import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type DocumentNode, type ExecutionArgs, GraphQLError, type GraphQLSchema } from 'graphql'
import { type Context, handleProtocols, makeServer, type OperationResult, type SubscribePayload } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { acceptTraceparent } from '../../domain/values/traceparent.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { ApiError } from '../errors.ts'
import type { ApiLimits } from '../limits.ts'
import type { Admission } from '../pipeline/admission.ts'
import type { Authenticate } from '../pipeline/authentication.ts'
import { type ErrorMasking, outcomeOf } from '../pipeline/error-masking.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import { requestIdOf } from '../pipeline/request-id.ts'
import { requestOrigin } from '../pipeline/request-origin.ts'
import type { Session } from '../session.ts'
import type { ApiMetrics, OperationType } from '../telemetry.ts'
import { type Outlets, reset } from './outlets.ts'
import { createProjectSlots } from './project-slots.ts'
import { connectSocket } from './socket.ts'
import { createSocketPlaces } from './socket-places.ts'

export type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** The server's own parse, validate and execute, with everything that is put around them for HTTP. */
export type Engine = (initial: RequestContext & { readonly params: SubscribePayload }) => {
  readonly schema: GraphQLSchema
  readonly parse: (query: string) => DocumentNode
  readonly validate: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[]
  readonly contextFactory: () => unknown
  readonly execute: (args: ExecutionArgs) => OperationResult
  readonly subscribe: (args: ExecutionArgs) => OperationResult
}

export type WebSocketOptions = {
  readonly engine: Engine
  readonly authenticate: Authenticate
  readonly admit: Admission
  readonly masking: ErrorMasking
  readonly limits: ApiLimits
  readonly outlets: Outlets
  readonly kernel: Pick<Kernel, 'clock' | 'ids' | 'log' | 'timers'>
  readonly metrics: ApiMetrics
  readonly closing: AbortSignal
}

export type WebSocketHandler = { readonly handleUpgrade: HandleUpgrade; readonly close: () => Promise<void> }

/** What one connection keeps. Its id stands for the request's id of everything sent over it. */
type Connection = {
  readonly request: IncomingMessage
  readonly socket: WebSocket
  /** What the WebSocket runs over. */
  readonly stream: Socket
  readonly requestId: string
  readonly gone: AbortController
  session?: Session
  /** Gives back its place among the sockets of the project. */
  leave?: () => void
}
type SocketContext = Context<Record<string, unknown> | undefined, Connection>

/** RFC 6455: try again later. */
const tryAgainLater = 1013
const goingAway = 1001
const forbidden = 4403
/** A close has room for 123 bytes of them. */
const noToken = 'a valid token is needed: send {"authorization": "Bearer <token>"} in connection_init'
const tooManySockets = 'there are too many WebSockets at the moment: try again'

/** The `graphql-transport-ws` protocol. The token comes in `connection_init`, or in the header of the upgrade. */
export const createWebSocketHandler = (options: WebSocketOptions): WebSocketHandler => {
  const { authenticate, admit, engine, masking, limits, outlets, metrics, closing } = options
  const { clock, ids, log, timers } = options.kernel
  const serverOptions = {
    noServer: true,
    handleProtocols,
    // What is a little too large is read, so that its sender is told why the socket is closed.
    maxPayload: 2 * limits.bodyBytes,
    perMessageDeflate: false,
    // One that does not answer a close is cut, so that it keeps no place. Not in the types of ws 8.23 yet.
    closeTimeout: 2000,
  }
  const sockets = new WebSocketServer(serverOptions)

  const slots = createProjectSlots({ perProject: limits.socketsPerProject })
  const places = createSocketPlaces<WebSocket>(limits)
  const server = makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: limits.socketInitMs,
    onConnect: async ({ extra, connectionParams }) => {
      const given = authorizationIn(connectionParams) ?? extra.request.headers.authorization
      try {
        const session = await authenticate(given)
        // One that has gone while it was being looked at must not take a place that nobody gives back.
        if (!session || extra.gone.signal.aborted) {
          extra.socket.close(forbidden, noToken)
          return false
        }
        const known = places.tryKnow(extra.socket)
        if (known === null) {
          extra.socket.close(tryAgainLater, tooManySockets)
          return false
        }
        const free = slots.tryTake(session.projectId)
        if (free === null) {
          known()
          extra.socket.close(
            tryAgainLater,
            `the project has ${slots.perProject} WebSockets open, which is the most it may have`,
          )
          return false
        }
        const release = outlets.watch(extra.stream, session.projectId, () => reset(extra.stream))
        const leave = (): void => {
          release()
          free()
          known()
        }
        Object.assign(extra, { session, leave })
        return true
      } catch (error) {
        log.warn({ requestId: extra.requestId, err: error }, 'a token could not be checked')
        extra.socket.close(tryAgainLater, 'the token cannot be checked at the moment: try again')
        return false
      }
    },
    onSubscribe: async (context, _id, payload) => {
      const startedAt = clock.elapsedMs()
      const answered = (operation: OperationType, outcome: string): void =>
        metrics.answered(operation, outcome, (clock.elapsedMs() - startedAt) / 1000)
      try {
        const prepared = await prepare(context, payload)
        answered(prepared.operation, 'errors' in prepared ? outcomeOf(prepared) : 'OK')
        return 'errors' in prepared ? prepared.errors : prepared.args
      } catch (error) {
        const masked = masking.mask(error)
        masking.report({ errors: [masked] }, { requestId: context.extra.requestId })
        answered('none', outcomeOf({ errors: [masked] }))
        return [masked]
      }
    },
    execute: (args) => engineOf(args).execute(args),
    subscribe: (args) => engineOf(args).subscribe(args),
    onOperation: async (context, id, _payload, _args, result) => {
      // Completed by the client while it was being opened: nobody else will end it.
      const opened = await result
      if (!(id in context.subscriptions) && Symbol.asyncIterator in opened)
        await opened[Symbol.asyncIterator]().return?.()
    },
    onNext: ({ extra }, _id, _payload, _args, result) => {
      masking.report(result, { requestId: extra.requestId })
      return result.errors ? { ...result, errors: result.errors.map(withoutHttp) } : undefined
    },
    onError: ({ extra }, _id, _payload, errors) => {
      // An error that ended a stream arrives wrapped: what was masked, or meant for the caller, is its cause.
      const meant = errors.map((error) => (error.cause instanceof GraphQLError ? error.cause : error))
      masking.report({ errors: meant }, { requestId: extra.requestId })
      return meant.map(withoutHttp)
    },
    onClose: ({ extra }) => {
      extra.gone.abort()
      extra.leave?.()
    },
  })

  const engines = new WeakMap<object, ReturnType<Engine>>()
  const engineOf = (args: ExecutionArgs): ReturnType<Engine> => {
    const own = engines.get(args)
    if (!own) throw new Error('an operation came without the engine it was prepared with')
    return own
  }

  type Prepared = { readonly operation: OperationType } & (
    | { readonly args: ExecutionArgs }
    | { readonly errors: readonly GraphQLError[] }
  )

  /** The way of an operation over HTTP, from the token to the context. */
  const prepare = async ({ extra, subscriptions }: SocketContext, payload: SubscribePayload): Promise<Prepared> => {
    const { session, socket, requestId, request, gone } = extra
    if (!session || !(await session.isStillValid())) {
      socket.close(forbidden, 'the token has expired or was revoked')
      throw new ApiError('UNAUTHENTICATED', 'the token has expired or was revoked')
    }
    if (Object.keys(subscriptions).length > limits.operationsPerSocket) {
      throw new ApiError(
        'TOO_MANY_SUBSCRIPTIONS',
        `this connection has ${limits.operationsPerSocket} operations open, which is the most it may have`,
      )
    }
    const { query, operationName, variables } = payload
    const operation = await admit(session, { query, operationName, variables })
    const traceparent = acceptTraceparent(request.headers.traceparent?.toString())
    const origin = requestOrigin(requestId, {
      address: request.socket.remoteAddress,
      userAgent: request.headers['user-agent'],
    })
    const own = engine({ requestId, session, operation, signal: gone.signal, traceparent, origin, params: payload })
    const document = own.parse(query)
    const errors = own.validate(own.schema, document)
    if (errors.length > 0) return { operation, errors }
    const contextValue = await own.contextFactory()
    const args: ExecutionArgs = { schema: own.schema, document, operationName, variableValues: variables, contextValue }
    engines.set(args, own)
    return { operation, args }
  }

  return {
    handleUpgrade: (request, socket, head) => {
      if (closing.aborted || places.areTaken()) {
        const answer = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\r\n'
        // Also where the client keeps its side open.
        socket.end(answer, () => socket.destroy())
        return
      }
      sockets.handleUpgrade(request, socket, head, (opened) => {
        places.welcome(opened, (oldest) => oldest.close(tryAgainLater, tooManySockets))
        const requestId = requestIdOf(request.headers['x-request-id']?.toString(), ids)
        const extra: Connection = {
          request,
          socket: opened,
          stream: request.socket,
          requestId,
          gone: new AbortController(),
        }
        const onError = (error: unknown): void => log.error({ requestId, err: error }, 'a WebSocket failed')
        const { pingMs, bodyBytes: messageBytes } = limits
        const cut = (): void => reset(extra.stream)
        connectSocket(opened, { server, extra, timers, pingMs, cut, messageBytes, onError })
      })
    },
    close: async () => {
      for (const socket of sockets.clients) socket.close(goingAway, 'the server is stopping: connect again')
      sockets.close()
    },
  }
}

/** As clients write it: `authorization` or `Authorization`, at the top or, as some do, within `headers`. */
const authorizationIn = (params: Readonly<Record<string, unknown>> | undefined): string | undefined => {
  const found = fieldOf(params, 'authorization') ?? fieldOf(fieldOf(params, 'headers'), 'authorization')
  return typeof found === 'string' ? found : undefined
}

const fieldOf = (object: unknown, name: string): unknown =>
  typeof object === 'object' && object !== null
    ? Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1]
    : undefined

/** Status and headers mean something to HTTP only. */
const withoutHttp = (error: GraphQLError) => {
  const { extensions, ...rest } = error.toJSON()
  const { http: _http, ...said } = extensions ?? {}
  return Object.keys(said).length === 0 ? rest : { ...rest, extensions: said }
}
