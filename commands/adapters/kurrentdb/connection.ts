import type { BaseOptions, EventStoreDBClient } from '@eventstore/db-client'
import { createBackOff } from '../../../kernel/back-off.ts'
import type { Log } from '../../../kernel/log.ts'
import { systemRandom } from '../../../kernel/random.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { EventStoreUnavailable } from '../../ports/event-store.ts'
import { type BatchAppend, createBatchAppend } from './batch-append.ts'
import { createClient, type OwnedClient } from './client.ts'
import { parseConnectionUrl } from './connection-url.ts'
import { isUnauthenticated, judge, messageOf } from './errors.ts'
import { createStreamNames, type StreamNames } from './stream-names.ts'

export type KurrentConnectionOptions = {
  /** `esdb://` or `kurrentdb://`, with credentials and TLS options in it. A user who may read `$all`: an admin. */
  readonly url: string
  readonly log: Log
  /** Keeps these streams apart from all others on the server: a lower-case word. Default: none. */
  readonly namespace?: string | null
  /** How long one try of a call may take. Default 5000. */
  readonly callTimeoutMs?: number
  /** How often a call is tried before it is refused as unavailable. Default 3. */
  readonly maxTries?: number
}

/** The one client of a process, for all stores on it, replaced when its connection breaks. */
export type KurrentConnection = {
  readonly names: StreamNames
  readonly callTimeoutMs: number
  /** To be passed with every call. The leader alone has seen everything: reads elsewhere could miss what was just written. */
  readonly callOptions: BaseOptions
  /**
   * Does something that may be done again. Rethrows what the server has answered (`judge`); otherwise tries again with a new client
   * where the old one is spent, and throws `EventStoreUnavailable` in the end, or the signal's reason. A try may take `limitMs`: by default half
   * as long again as a call, because in some states the client forgets about its calls. An append has this limit alone.
   */
  run<T>(work: (client: EventStoreDBClient) => Promise<T>, signal?: AbortSignal, limitMs?: number): Promise<T>
  /** The one way to append. */
  readonly append: BatchAppend
  /** The client of now, for what goes on for long. Throws `EventStoreUnavailable` when closed. */
  current(): OwnedClient
  /** Says what an error on a client was, as `EventStoreUnavailable`, and gives the client up where that is called for. */
  failed(owned: OwnedClient, error: unknown): EventStoreUnavailable
  /** Ends what is under way with `EventStoreUnavailable`. Closing twice is fine. */
  close(): void
}

/** Connects with the first call. Throws `ConnectionUrlRefused`. */
export const openKurrentConnection = (options: KurrentConnectionOptions): KurrentConnection => {
  const { log, namespace = null, callTimeoutMs = 5000, maxTries = 3 } = options
  const url = parseConnectionUrl(options.url)
  const callOptions: BaseOptions = { requiresLeader: true, deadline: callTimeoutMs }
  const closing = new AbortController()
  let owned: OwnedClient | undefined = createClient(url, log)

  const current = (): OwnedClient => {
    if (closing.signal.aborted) throw new EventStoreUnavailable('the event store is closed')
    owned ??= createClient(url, log)
    return owned
  }

  const failed = (failing: OwnedClient, error: unknown): EventStoreUnavailable => {
    if (closing.signal.aborted) return new EventStoreUnavailable('the event store is closed')
    const verdict = judge(error)
    const reason = messageOf(error)
    if (verdict === 'denied') {
      const what = isUnauthenticated(error)
        ? 'does not accept this user and password'
        : `denies access: ${reason}. The user must be in $admins, to read $all`
      return new EventStoreUnavailable(`${url.shown} ${what}`, { cause: error })
    }
    // The first to see the connection break gives it up; the others on it find it replaced.
    if (verdict === 'reconnect' && owned === failing) {
      owned = undefined
      failing.giveUp()
      log.warn({ eventStore: url.shown, reason }, 'lost the connection to the event store, making a new one')
    }
    return new EventStoreUnavailable(`${url.shown} cannot be reached: ${reason}`, { cause: error })
  }

  const run: KurrentConnection['run'] = async (work, signal, limitMs = callTimeoutMs * 1.5) => {
    const backoff = createBackOff({ random: systemRandom, timers: systemTimers }, { firstMs: 50, maxMs: 500 })
    for (let tries = 1; ; tries += 1) {
      signal?.throwIfAborted()
      const owner = current()
      try {
        return await bounded(work(owner.client), owner.given, limitMs, signal)
      } catch (error) {
        signal?.throwIfAborted()
        const verdict = judge(error)
        if (verdict === 'answered') throw error
        const unavailable = failed(owner, error)
        if (verdict === 'denied' || closing.signal.aborted || tries >= maxTries) throw unavailable
        await backoff.wait(signal ? AbortSignal.any([signal, closing.signal]) : closing.signal)
      }
    }
  }

  return {
    names: createStreamNames(namespace),
    callTimeoutMs,
    callOptions,
    run,
    append: createBatchAppend({ run, callOptions }),
    current,
    failed,
    close: () => {
      closing.abort()
      owned?.giveUp()
      owned = undefined
    },
  }
}

class CallEnded extends Error {
  override readonly name = 'CallEnded'
}

const bounded = <T>(work: Promise<T>, given: AbortSignal, limitMs: number, signal?: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new CallEnded('the connection was given up'))
    const timer = setTimeout(() => reject(new CallEnded(`no answer within ${limitMs} ms`)), limitMs)
    const ends = signal ? [given, signal] : [given]
    const settle = (): void => {
      clearTimeout(timer)
      for (const end of ends) end.removeEventListener('abort', giveUp)
    }
    for (const end of ends) {
      if (end.aborted) giveUp()
      else end.addEventListener('abort', giveUp, { once: true })
    }
    work.then(resolve, reject).finally(settle)
  })
