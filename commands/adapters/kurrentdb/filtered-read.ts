import type { AllStreamResolvedEvent, BaseOptions, EventStoreDBClient } from '@eventstore/db-client'
import readStreams from '@eventstore/db-client/dist/streams/utils/ReadStream.js'
import conversion from '@eventstore/db-client/dist/utils/convertGrpcEvent.js'
import type { Position } from '../../ports/event-store.ts'
import { createReadRequest, type RecordFilter } from './read-request.ts'
import { streamCall } from './stream-call.ts'

/** How many records the server looks through in one go. */
const windowRecords = 4096

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
  const request = createReadRequest({ filter, live: false, from, window: windowRecords })
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
