import { randomUUID } from 'node:crypto'
import { finished } from 'node:stream'
import {
  type BaseOptions,
  convertToCommandError,
  type EventStoreDBClient,
  type Position as LogPosition,
  MaxAppendSizeExceededError,
  TimeoutError,
} from '@eventstore/db-client'
import unpackError from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js'
import grpcUuid from '@eventstore/db-client/dist/utils/grpcUUID.js'
import sharedMessages from '@eventstore/db-client/generated/shared_pb.js'
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streamsMessages from '@eventstore/db-client/generated/streams_pb.js'
import type { ExpectedRevision } from '../../ports/event-store.ts'
import type { ProposedEvent } from './recorded-event.ts'
import { streamCall } from './stream-call.ts'

/** Where the last event of an append lies. Some answers to a repeated append leave the position out. */
export type Appended = { readonly revision: number; readonly position: LogPosition | null }

/**
 * Appends to a stream, as the server names it, all or nothing. Repeats where nothing sure is known, which the ids of the events make
 * harmless. Throws the server's refusal as an error of the client, or `EventStoreUnavailable`.
 */
export type BatchAppend = (
  stream: string,
  events: readonly ProposedEvent[],
  expected: ExpectedRevision,
) => Promise<Appended>

const { BatchAppendReq } = streamsMessages
type Request = InstanceType<typeof BatchAppendReq>
type Response = InstanceType<typeof streamsMessages.BatchAppendResp>
type Status = NonNullable<ReturnType<Response['getError']>>
type Call = ReturnType<StreamsClient['batchAppend']>

type Waiting = {
  readonly stream: string
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: unknown) => void
}

/**
 * Appends by `BatchAppend`: one call for all appends over a connection, where a call for each costs client and server several times as
 * much. It is opened again after it breaks, with its client or because the leader is another.
 *
 * Not by the client's own `batchAppend`: it keeps the appends of all clients of a process in one map and rejects all of them when any one
 * connection breaks. At the next answer it throws in an event handler, where nothing can catch it. It also sends a deadline by its own clock,
 * which fails on a machine whose clock is behind the server's.
 */
/** What it needs of the connection: see `KurrentConnection`. */
type Calls = {
  readonly callOptions: BaseOptions
  run<T>(work: (client: EventStoreDBClient) => Promise<T>, signal?: AbortSignal, limitMs?: number): Promise<T>
}

export const createBatchAppend = (connection: Calls): BatchAppend => {
  const calls = new WeakMap<StreamsClient, Call>()
  const waitingOn = new WeakMap<Call, Map<string, Waiting>>()

  const open = (client: EventStoreDBClient): Promise<Call> => {
    const create = (streams: StreamsClient, ...forEver: Parameters<StreamsClient['batchAppend']>): Call => {
      const call = streams.batchAppend(...forEver)
      const waiting = new Map<string, Waiting>()
      waitingOn.set(call, waiting)
      call.on('data', (response: Response) => settle(waiting, response))
      // A server that ends the call in order leaves its other half open, where an append would wait for nothing.
      call.on('end', () => call.destroy())
      finished(call, (error) => {
        const reason = error ? convertToCommandError(error) : new Error('the server ended the call')
        for (const { reject } of waiting.values()) reject(reason)
        waiting.clear()
      })
      return call
    }
    const { callOptions } = connection
    return streamCall(client, { name: 'batchAppend', callOptions, open: create, cache: calls })()
  }

  return (stream, events, expected) =>
    connection.run(async (client) => {
      const call = await open(client)
      const correlationId = randomUUID()
      return new Promise<Appended>((resolve, reject) => {
        waitingOn.get(call)?.set(correlationId, { stream, resolve, reject })
        for (const request of requestsOf(correlationId, stream, events, expected)) call.write(request)
      })
    })
}

const settle = (waiting: Map<string, Waiting>, response: Response): void => {
  const correlationId = grpcUuid.parseUUID(response.getCorrelationId()) ?? ''
  const append = waiting.get(correlationId)
  waiting.delete(correlationId)
  const [error, success] = [response.getError(), response.getSuccess()]
  if (error) append?.reject(refusalOf(error, append.stream))
  else if (success) {
    const position = success.getPosition()
    append?.resolve({
      revision: Number(success.getCurrentRevision()),
      position: position
        ? { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) }
        : null,
    })
  }
}

/** `google.rpc.Code`, which has the numbers of gRPC's status codes. A server that is busy or not ready says so and gives no code at all. */
const notNow: ReadonlySet<number> = new Set([0, 4])

const refusalOf = (error: Status, stream: string): Error => {
  // The server's own patience or load, over a sound connection.
  if (notNow.has(error.getCode())) return new TimeoutError(undefined, error.getMessage())
  const refusal = unpackError.unpackToCommandError(error, stream)
  const limit = refusal instanceof MaxAppendSizeExceededError ? ` (${refusal.maxAppendSize} bytes)` : ''
  // What was unpacked has no code, and mostly no message.
  const [code, message] = [refusal.code ?? error.getCode(), refusal.message || `${error.getMessage()}${limit}`]
  return Object.assign(refusal, { code, message })
}

/** Of one request; what the client itself keeps to. A server closes the connection at 16 MiB. */
const maxRequestBytes = 3 * 1024 * 1024

function* requestsOf(
  correlationId: string,
  stream: string,
  events: readonly ProposedEvent[],
  expected: ExpectedRevision,
): Generator<Request> {
  const begin = (): Request => new BatchAppendReq().setCorrelationId(uuid(correlationId))
  let request = begin().setOptions(optionsOf(stream, expected))
  let bytes = 0
  for (const event of events) {
    const size = event.data.length + event.metadata.length
    if (bytes > 0 && bytes + size > maxRequestBytes) {
      yield request
      request = begin()
      bytes = 0
    }
    bytes += size
    request.addProposedMessages(messageOf(event))
  }
  yield request.setIsFinal(true)
}

/** Without a deadline the server's own holds (`WriteTimeoutMs`). */
const optionsOf = (stream: string, expected: ExpectedRevision) => {
  const name = new sharedMessages.StreamIdentifier().setStreamName(encoder.encode(stream))
  const options = new BatchAppendReq.Options().setStreamIdentifier(name)
  return expected === 'no-stream'
    ? options.setNoStream(new sharedMessages.Empty())
    : options.setStreamPosition(String(expected))
}

const messageOf = ({ id, type, data, metadata }: ProposedEvent) => {
  const message = new BatchAppendReq.ProposedMessage().setId(uuid(id)).setData(data).setCustomMetadata(metadata)
  message.getMetadataMap().set('type', type).set('content-type', 'application/json')
  return message
}

const uuid = (text: string) => new sharedMessages.UUID().setString(text)
const encoder = new TextEncoder()
