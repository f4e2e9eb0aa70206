import type { AllStreamResolvedEvent, BaseOptions, EventStoreDBClient } from '@eventstore/db-client'
import readStreams from '@eventstore/db-client/dist/streams/utils/ReadStream.js'
import conversion from '@eventstore/db-client/dist/utils/convertGrpcEvent.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { streamCall } from './stream-call.ts'

const { Options } = streams.ReadReq
/** How many records the server looks through in one go. */
const windowRecords = 4096

export type BackwardsSearch = {
  /** Of stream names, as .NET understands it. */
  readonly regex: string
  readonly accepts: (record: AllStreamResolvedEvent) => boolean
  readonly callOptions: BaseOptions
}

/**
 * The last record of the log whose stream's name matches and that is accepted, or null. The server looks for it; the client's own `readAll` can
 * not ask for that (only its subscriptions are filtered), and who looks through a log that is full of others' records gets every one of them.
 *
 * Ended when it is found: asked for one, the server looks on for another one until it knows that it is one too many (KurrentDB 26.1).
 */
export const searchBackwards = async (
  client: EventStoreDBClient,
  { regex, accepts, callOptions }: BackwardsSearch,
): Promise<AllStreamResolvedEvent | null> => {
  const request = requestFor(regex)
  const create = streamCall(client, {
    name: 'readAll',
    callOptions,
    open: (service, ...call) => service.read(request, ...call),
  })
  const reading = new readStreams.ReadStream(create, conversion.convertGrpcEvent, {})
  reading.on('error', () => undefined)
  try {
    for await (const record of reading as AsyncIterable<AllStreamResolvedEvent>) if (accepts(record)) return record
    return null
  } finally {
    void reading.cancel().catch(() => undefined)
  }
}

const requestFor = (regex: string): InstanceType<typeof streams.ReadReq> => {
  const expression = new Options.FilterOptions.Expression().setRegex(regex)
  const filter = new Options.FilterOptions()
    .setStreamIdentifier(expression)
    .setMax(windowRecords)
    .setCheckpointintervalmultiplier(1)
  const options = new Options()
    .setAll(new Options.AllOptions().setEnd(new shared.Empty()))
    .setReadDirection(Options.ReadDirection.BACKWARDS)
    .setCount(String(Number.MAX_SAFE_INTEGER))
    .setUuidOption(new Options.UUIDOption().setString(new shared.Empty()))
    .setFilter(filter)
  return new streams.ReadReq().setOptions(options)
}
