import { type AllStreamSubscription, END, type Position as LogPosition } from '@eventstore/db-client'
import type { Position, StoredEvent } from '../../ports/event-store.ts'
import type { KurrentConnection } from './connection.ts'
import { fromPosition, toStoredEvent } from './recorded-event.ts'
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
  /** See `createStreamFilter`. 1 has the server say where it is after every record. */
  readonly window: number
  readonly signal: AbortSignal
}

/** As many as the client holds ready; the server sends no more until they are taken. */
const maxBatch = 256

/**
 * One subscription to `$all`, in batches of what has arrived together. Ends when the signal aborts; throws `EventStoreUnavailable`
 * when the connection drops, also where the client takes that for a normal end.
 */
export async function* subscribeToLog(
  connection: KurrentConnection,
  { after, categories, window, signal }: SubscriptionOptions,
): AsyncGenerator<readonly Item[]> {
  const owner = connection.current()
  const over = AbortSignal.any([signal, owner.given])
  if (over.aborted) return
  const subscription = owner.client.subscribeToAll(
    {
      ...connection.callOptions,
      fromPosition: after === 'end' ? END : fromPosition(after),
      // The client calls this, and emits `caughtUp`, before the events ahead of it are read: put in line behind them, it keeps its place.
      filter: createStreamFilter(categories, connection.names, {
        window,
        onCheckpoint: (source, position) => source.push({ position }),
      }),
    },
    { highWaterMark: maxBatch },
  )
  subscription.on('caughtUp', () => subscription.push(caughtUp))
  // Thrown below where it is waited for. It may come once more later, and would end the process if nobody listened.
  subscription.on('error', () => undefined)
  const late = setTimeout(
    () => subscription.destroy(new Error(`no subscription within ${connection.callTimeoutMs} ms`)),
    connection.callTimeoutMs,
  )
  subscription.once('confirmation', () => clearTimeout(late))
  const stop = (): void => {
    subscription.unsubscribe().catch(() => undefined)
    subscription.destroy()
  }
  over.addEventListener('abort', stop, { once: true })
  try {
    for await (const first of subscription as AsyncIterable<Received>) {
      const received = [first]
      while (received.length < maxBatch) {
        const next = takeReady(subscription)
        if (next === null) break
        received.push(next)
      }
      yield received.flatMap((each) => toItem(each, connection.names) ?? [])
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

type Received =
  | { readonly event?: Parameters<typeof toStoredEvent>[0]; readonly commitPosition?: bigint }
  | { readonly position: LogPosition }
  | typeof caughtUp

const caughtUp = { isCaughtUp: true } as const

/** What has arrived and was put in line; typed by the client as its events alone. */
const takeReady = (subscription: AllStreamSubscription): Received | null => subscription.read() as Received | null

/**
 * Null for a checkpoint that is not where a record lies but where the server will read on. Whether it has looked at the record there depends on
 * its version: those between KurrentDB #4892 and #4975 (24.10, 25.0) tell where the next record to be written will lie, and who goes on after
 * that misses it.
 */
const toItem = (received: Received, names: StreamNames): Item | null => {
  if ('isCaughtUp' in received) return { kind: 'caught-up' }
  if ('position' in received) {
    const { commit, prepare } = received.position
    return commit === prepare ? { kind: 'position', position: Number(commit) } : null
  }
  const event = received.event === undefined ? null : toStoredEvent(received.event, names)
  return event === null
    ? { kind: 'position', position: Number(received.commitPosition) }
    : { kind: 'event', event, position: event.position }
}
