import { setImmediate as nextTurn } from 'node:timers/promises'
import commandErrors from '@eventstore/db-client/dist/utils/CommandError.js'
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js'
import type { ClientReadableStream } from '@grpc/grpc-js'
import { unreachable } from '../../../domain/decider.ts'
import type { Position, StoredEvent } from '../../ports/event-store.ts'
import type { KurrentConnection } from './connection.ts'
import { createReadRequest } from './read-request.ts'
import { type ReadResponse, readResponse } from './read-response.ts'
import { toStoredEvent } from './recorded-event.ts'
import { streamCall } from './stream-call.ts'
import { createStreamFilter } from './stream-filter.ts'
import type { StreamNames } from './stream-names.ts'

/** What a subscription gives, in the order in which the server sent it. */
export type Item =
  | { readonly kind: 'event'; readonly event: StoredEvent; readonly position: Position }
  /** Everything chosen by the filter up to here has been given. */
  | { readonly kind: 'position'; readonly position: Position }
  /** Everything there was has been given; from now on it comes live. */
  | { readonly kind: 'caught-up' }

export type SubscriptionOptions = {
  /** The position of a record that is there; `end`: what is appended from now on. */
  readonly after: Position | 'end'
  readonly categories: readonly string[] | undefined
  /** See `ReadRequest`. 1 has the server say where it is after every record. */
  readonly window: number
  readonly signal: AbortSignal
}

/** As many are held ready; the server sends no more until they are taken. */
const maxBatch = 256

/**
 * One subscription to `$all`, in batches of what has arrived together. Ends when the signal aborts; throws `EventStoreUnavailable`
 * when the connection drops, also where it looks like a normal end.
 */
export async function* subscribeToLog(
  connection: KurrentConnection,
  { after, categories, window, signal }: SubscriptionOptions,
): AsyncGenerator<readonly Item[]> {
  const owner = connection.current()
  const over = AbortSignal.any([signal, owner.given])
  if (over.aborted) return
  const { callOptions, names } = connection
  const filter = createStreamFilter(categories, names)
  const request = createReadRequest({ filter, live: true, from: after, window })
  const { path, requestSerialize } = streamsGrpc.StreamsService.read
  const open = streamCall(owner.client, {
    name: 'subscribeToAll',
    callOptions,
    open: (service, ...call) => service.makeServerStreamRequest(path, requestSerialize, readResponse, request, ...call),
  })
  const inbox = createInbox()
  const calling = open()
  calling.then(inbox.receive, inbox.fail)
  const late = setTimeout(
    () => inbox.fail(new Error(`no subscription within ${connection.callTimeoutMs} ms`)),
    connection.callTimeoutMs,
  )
  const stop = (): void => {
    inbox.close()
    // Not at once: https://github.com/grpc/grpc-node/issues/1652
    calling.then((call) => setImmediate(() => call.cancel())).catch(() => undefined)
  }
  over.addEventListener('abort', stop, { once: true })
  try {
    for (let received = await inbox.take(); received !== null; received = await inbox.take()) {
      if (received.some(({ kind }) => kind === 'confirmation')) clearTimeout(late)
      const items = received.flatMap((response) => toItem(response, names) ?? [])
      if (items.length > 0) yield items
    }
    if (!signal.aborted) throw new Error('the server ended the subscription')
  } catch (error) {
    if (!signal.aborted) throw connection.failed(owner, error)
  } finally {
    clearTimeout(late)
    over.removeEventListener('abort', stop)
    stop()
  }
}

/** What has arrived of a call and was not taken yet: at most about `maxBatch`, then the call waits. */
const createInbox = () => {
  let waiting: ReadResponse[] = []
  let call: ClientReadableStream<ReadResponse> | null = null
  let end: { readonly error: unknown } | 'closed' | null = null
  let change = Promise.withResolvers<void>()

  const endWith = (reason: typeof end): void => {
    end ??= reason
    change.resolve()
  }

  return {
    receive: (opened: ClientReadableStream<ReadResponse>): void => {
      call = opened
      // May come once more after the end, and would end the process if nobody listened.
      opened.on('error', (error) => endWith({ error: commandErrors.convertToCommandError(error) }))
      opened.on('end', () => endWith('closed'))
      opened.on('data', (response: ReadResponse) => {
        waiting.push(response)
        if (waiting.length >= maxBatch) opened.pause()
        change.resolve()
      })
    },
    fail: (error: unknown): void => endWith({ error }),
    /** What was not taken is dropped. */
    close: (): void => {
      waiting = []
      endWith('closed')
    },
    /** Null when it is over. Throws what it failed with, after all that came before. */
    take: async (): Promise<readonly ReadResponse[] | null> => {
      while (waiting.length === 0 && end === null) {
        await change.promise
        change = Promise.withResolvers()
        // What came in one packet is handed over one by one, in this turn of the event loop.
        await nextTurn()
      }
      const taken = waiting
      waiting = []
      call?.resume()
      if (taken.length > 0) return taken
      if (end === 'closed') return null
      throw end?.error
    },
  }
}

/**
 * Null for a checkpoint that is not where a record lies but where the server will read on. Whether it has looked at the record there depends on
 * its version: those between KurrentDB #4892 and #4975 (24.10, 25.0) tell where the next record to be written will lie, and who goes on after
 * that misses it.
 */
const toItem = (response: ReadResponse, names: StreamNames): Item | null => {
  switch (response.kind) {
    case 'confirmation':
    case 'other':
      return null
    case 'caught-up':
      return { kind: 'caught-up' }
    case 'checkpoint': {
      const { commit, prepare } = response.position
      return commit === prepare ? { kind: 'position', position: commit } : null
    }
    case 'event': {
      const event = toStoredEvent(response.event, names)
      return event === null
        ? { kind: 'position', position: response.event.position.commit }
        : { kind: 'event', event, position: event.position }
    }
    default:
      return unreachable(response)
  }
}
