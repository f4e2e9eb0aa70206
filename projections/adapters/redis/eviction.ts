import { setTimeout as delay } from 'node:timers/promises'
import { Cluster } from 'ioredis'
import type { Log } from '../../../kernel/log.ts'
import { boundedCall } from './call.ts'
import type { RedisClient } from './connect.ts'

export type EvictionWatch = {
  /** What there is to say about how Redis treats keys when it is full; null while it keeps them, or that is not known. */
  readonly warning: () => string | null
  readonly stop: () => Promise<void>
}

const timeoutMs = 5000

/**
 * Looks again and again, from now on until it is stopped, whether Redis would evict keys when it is full. Views come back from that, but until
 * then nobody can read them. Said in the log when it is found, and when it is over. A Redis that does not tell is taken to keep its keys.
 */
export const watchEviction = (
  client: RedisClient,
  log: Pick<Log, 'info' | 'warn'>,
  lookEveryMs = 60_000,
): EvictionWatch => {
  const stopping = new AbortController()
  const { signal } = stopping
  let warning: string | null = null

  const look = async (): Promise<void> => {
    const policies = await boundedCall(
      { what: 'tell its memory policy', timeoutMs, signal, outage: client.outage },
      async () => {
        // A client of a cluster knows its nodes once it is connected.
        await client.ping()
        return Promise.all(nodesOf(client).map(async (node) => policyIn(await node.info('memory'))))
      },
    )
    const evicting = policies.find((policy) => policy !== null && policy !== keepsKeys) ?? null
    const found = evicting === null ? null : explain(evicting)
    if (found !== null && found !== warning) log.warn({ policy: evicting }, found)
    if (found === null && warning !== null) log.info({}, `Redis keeps its keys: its maxmemory-policy is ${keepsKeys}`)
    warning = found
  }

  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      // That Redis is away or refuses is told by those who need it.
      await look().catch(() => {})
      await delay(lookEveryMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  const watching = watch()
  return {
    warning: () => warning,
    stop: async () => {
      stopping.abort()
      await watching
    },
  }
}

const keepsKeys = 'noeviction'

const explain = (policy: string): string =>
  `Redis evicts keys when it is full (maxmemory-policy ${policy}), and views with them: set maxmemory-policy to ${keepsKeys}`

const nodesOf = (client: RedisClient) => (client instanceof Cluster ? client.nodes('master') : [client])

const policyIn = (info: string): string | null => /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? null
