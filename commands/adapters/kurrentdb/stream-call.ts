import type { BaseOptions, EventStoreDBClient } from '@eventstore/db-client'
import streamsGrpc, { type StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js'
import type { CallOptions, Metadata } from '@grpc/grpc-js'

type CallArguments = [Metadata, Partial<CallOptions>]

/** What client 6.2.1 has and keeps to itself. The version is pinned; the tests of this folder fail where these are missing. */
type Internals = {
  callArguments: (options: BaseOptions, more: { readonly deadline: number }) => CallArguments
  /** Keeps the call in the cache until it ends, cancels it in `dispose`, and turns to the leader when an error of it names one. */
  GRPCStreamCreator: <Call>(
    service: typeof StreamsClient,
    name: string,
    open: (streams: StreamsClient) => Call,
    cache?: WeakMap<StreamsClient, Call>,
  ) => () => Promise<Call>
}

export type StreamCallOptions<Call> = {
  /** As the client calls it in what it logs. */
  readonly name: string
  readonly callOptions: BaseOptions
  readonly open: (streams: StreamsClient, ...call: CallArguments) => Call
  /** Where one call serves many: whoever asks while it lasts is given the same. */
  readonly cache?: WeakMap<StreamsClient, Call>
}

/** Opens a call of the streams service, over the client's connection, that the client's own methods do not offer. It has no deadline. */
export const streamCall = <Call>(
  client: EventStoreDBClient,
  { name, callOptions, open, cache }: StreamCallOptions<Call>,
): (() => Promise<Call>) => {
  const internals = client as unknown as Internals
  const create = (streams: StreamsClient): Call =>
    open(streams, ...internals.callArguments(callOptions, { deadline: Number.POSITIVE_INFINITY }))
  return internals.GRPCStreamCreator(streamsGrpc.StreamsClient, name, create, cache)
}
