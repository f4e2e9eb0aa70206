import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Kernel } from '../../kernel/kernel.ts'
import { within } from '../../kernel/within.ts'
import type { CreatePointLimiter, PointLimiter } from './rate-limit.ts'

export type LimiterClient = { readonly status: string; readonly connect: () => Promise<unknown> }

export type RedisLimiterOptions = {
  /** An `ioredis` client, of one server or a cluster. It stays the caller's to close. */
  readonly client: LimiterClient
  /** All keys begin with it. */
  readonly prefix: string
  readonly kernel: Pick<Kernel, 'clock' | 'timers'>
  /** How long an operation may wait for Redis. Default 250. */
  readonly timeoutMs?: number
  /** How long Redis is left alone once it did not answer. Default 1000. */
  readonly pauseMs?: number
}

/**
 * Counts in Redis, so that all API processes together give a project its points. While Redis does not answer each process counts for
 * itself, as if it were alone: the limit then is as many times as high, and the API goes on.
 */
export const createRedisLimiter = ({
  client,
  prefix,
  kernel,
  timeoutMs = 250,
  pauseMs = 1000,
}: RedisLimiterOptions): CreatePointLimiter => {
  // One that waits for its first command would never get any. That it cannot connect is said by whoever made it.
  if (client.status === 'wait') client.connect().catch(() => {})
  return ({ points, windowSeconds: duration }) => {
    const shared = new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `${prefix}:rate`,
      points,
      duration,
      rejectIfRedisNotReady: true,
    })
    return withSubstitute(shared, new RateLimiterMemory({ points, duration }), { kernel, timeoutMs, pauseMs })
  }
}

/** The client of a cluster counts as ready while no node answers, and lets commands wait: the library's own substitute would come too late. */
const withSubstitute = (
  shared: PointLimiter,
  own: PointLimiter,
  {
    kernel: { clock, timers },
    timeoutMs,
    pauseMs,
  }: Required<Pick<RedisLimiterOptions, 'kernel' | 'timeoutMs' | 'pauseMs'>>,
): PointLimiter => {
  let pausedUntil = 0
  return {
    consume: async (key, points) => {
      if (clock.elapsedMs() < pausedUntil) return own.consume(key, points)
      try {
        return await within(timers, timeoutMs, () => shared.consume(key, points))
      } catch (error) {
        if (error instanceof RateLimiterRes) throw error
        pausedUntil = clock.elapsedMs() + pauseMs
        return own.consume(key, points)
      }
    },
  }
}
