import type { AllStreamResolvedEvent, BaseOptions, EventStoreDBClient } from '@eventstore/db-client'
import readStreams from '@eventstore/db-client/dist/streams/utils/ReadStream.js'
import conversion from '@eventstore/db-client/dist/utils/convertGrpcEvent.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { beforeFirst, type Position } from '../../ports/event-store.ts'
import { streamCall } from './stream-call.ts'

const { Options } = streams.ReadReq
/** How many records the server looks through in one go. */
const windowRecords = 4096

/** Which records: by the names of their streams, a regular expression as .NET understands it, or by how their types begin. */
export type RecordFilter = { readonly streamRegex: string } | { readonly typePrefixes: readonly string[] }

export type FilteredRead = {
  readonly filter: RecordFilter
  /** Backwards from the end, or forwards from a position, with the record there. */
  readonly from: 'end' | Position
  readonly callOptions: BaseOptions
}

/**
 * The records of `$all` that a filter lets through, up to the other end of the log. The client's own `readAll` cannot ask for that (only its
 * subscriptions are filtered), and who looks through a log that is full of others' records gets every one of them. Throws what the client throws.
 */
export async function* readFiltered(
  client: EventStoreDBClient,
  { filter, from, callOptions }: FilteredRead,
): AsyncGenerator<AllStreamResolvedEvent> {
  const request = requestFor(filter, from)
  const create = streamCall(client, {
    name: 'readAll',
    callOptions,
    open: (service, ...call) => service.read(request, ...call),
  })
  const reading = new readStreams.ReadStream(create, conversion.convertGrpcEvent, {})
  reading.on('error', () => undefined)
  try {
    for await (const record of reading as AsyncIterable<AllStreamResolvedEvent>) yield record
  } finally {
    void reading.cancel().catch(() => undefined)
  }
}

const requestFor = (filter: RecordFilter, from: FilteredRead['from']): InstanceType<typeof streams.ReadReq> => {
  const options = new Options()
    .setAll(placeOf(from))
    .setReadDirection(from === 'end' ? Options.ReadDirection.BACKWARDS : Options.ReadDirection.FORWARDS)
    .setCount(String(Number.MAX_SAFE_INTEGER))
    .setUuidOption(new Options.UUIDOption().setString(new shared.Empty()))
    .setFilter(expressionOf(filter).setMax(windowRecords).setCheckpointintervalmultiplier(1))
  return new streams.ReadReq().setOptions(options)
}

const placeOf = (from: FilteredRead['from']): InstanceType<typeof Options.AllOptions> => {
  const place = new Options.AllOptions()
  if (from === 'end') return place.setEnd(new shared.Empty())
  if (from === beforeFirst) return place.setStart(new shared.Empty())
  const position = String(from)
  return place.setPosition(new Options.Position().setCommitPosition(position).setPreparePosition(position))
}

const expressionOf = (filter: RecordFilter): InstanceType<typeof Options.FilterOptions> => {
  const expression = new Options.FilterOptions.Expression()
  return 'streamRegex' in filter
    ? new Options.FilterOptions().setStreamIdentifier(expression.setRegex(filter.streamRegex))
    : new Options.FilterOptions().setEventType(expression.setPrefixList([...filter.typePrefixes]))
}
