import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../../kernel/log.ts'
import type { ViewStore } from '../../ports/view-store.ts'
import { boundedCall } from './call.ts'
import type { RedisClient } from './connect.ts'
import { checkPrefix } from './keys.ts'

export type ViewVersionsDeps = {
  readonly client: RedisClient
  readonly viewStore: Pick<ViewStore, 'drop'>
  readonly prefix: string
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly config?: Partial<ViewVersionsConfig>
}

export type ViewVersionsConfig = {
  /** How often a process says which views it uses. */
  readonly noteEveryMs: number
  /** After how long without a user a view is dropped: long enough to go back to the version before without building it again. */
  readonly keepUnusedMs: number
  /** How long a command may take before the note is given up until the next time. */
  readonly callTimeoutMs: number
}

const defaults: ViewVersionsConfig = { noteEveryMs: 60_000, keepUnusedMs: 3_600_000, callTimeoutMs: 5000 }

/**
 * Notes that this process uses these views, again and again until it is stopped, and drops views noted before that nobody has used for
 * long: those of versions that no process runs any more. Times are those of Redis. A view that is dropped although somebody comes
 * back to it is built again, as after any loss.
 */
export const keepViewVersions = (
  { client, viewStore, prefix, log, config }: ViewVersionsDeps,
  used: readonly string[],
): { readonly stop: () => Promise<void> } => {
  const { noteEveryMs, keepUnusedMs, callTimeoutMs: timeoutMs } = { ...defaults, ...config }
  const stopping = new AbortController()
  const { signal } = stopping
  /** Sorted set: names of views by when they were last used, in milliseconds. */
  const key = `${checkPrefix(prefix)}:views-in-use`

  // By itself ioredis never answers what waits when it is told to disconnect between two tries to connect.
  const call = <T>(what: string, run: () => Promise<T>): Promise<T> =>
    boundedCall({ what, timeoutMs, signal, outage: client.outage }, run)

  const note = async (): Promise<void> => {
    const [seconds, micros] = await call('tell the time', () => client.time())
    const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
    await call('note the views in use', () => client.zadd(key, ...used.flatMap((view) => [now, view])))
    const unused = () => client.zrangebyscore(key, '-inf', now - keepUnusedMs)
    for (const view of await call('list views that were in use', unused)) {
      await viewStore.drop(view)
      // Last, so that a drop that was broken off is made up for.
      await call('forget a view', () => client.zrem(key, view))
      log.info({ view }, 'dropped a view of a version that no process has used for long')
    }
  }

  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      await note().catch((error) => {
        if (!signal.aborted) log.warn({ err: error }, 'could not note which views are in use, trying again')
      })
      await delay(noteEveryMs, undefined, { signal }).catch(() => {})
    }
  }

  const keeping = keep()
  return {
    stop: async () => {
      stopping.abort()
      client.disconnect()
      await keeping
    },
  }
}
