import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { ApiError } from '../errors.ts'
import type { Session } from '../session.ts'
import type { OperationType } from '../telemetry.ts'

export type RateLimit = {
  /** Counts an operation; one with several fields at the top counts as many. Throws `RATE_LIMITED`. */
  consume(session: Session, operation: OperationType, points: number): Promise<void>
}

/** Counts points of a key within a window. Rejects with a `RateLimiterRes` when there are none left. */
export type PointLimiter = { consume(key: string, points: number): Promise<unknown> }
/** Makes the limiter that gives each key so many points in a window. */
export type CreatePointLimiter = (options: { readonly points: number; readonly windowSeconds: number }) => PointLimiter

const windowSeconds = 60

/** Counts in this process. */
export const createMemoryLimiter: CreatePointLimiter = ({ points, windowSeconds: duration }) =>
  new RateLimiterMemory({ points, duration })

/**
 * So many operations a minute for each project, counted apart for queries, mutations and subscriptions, wherever the limiter counts.
 * Admins are not counted: in trouble the operator must get through, and could lift the limit anyway. 0 switches it off.
 */
export const createRateLimit = (
  requestsPerMinute: number,
  createLimiter: CreatePointLimiter = createMemoryLimiter,
): RateLimit => {
  if (requestsPerMinute === 0) return { consume: async () => {} }
  const limiter = createLimiter({ points: requestsPerMinute, windowSeconds })

  return {
    consume: async (session, operation, points) => {
      if (session.isAdmin) return
      try {
        // A document without an operation that can be made out costs as a query.
        await limiter.consume(`${operation === 'none' ? 'query' : operation}:${session.projectId}`, points)
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000))
        throw new ApiError(
          'RATE_LIMITED',
          `the project may send ${requestsPerMinute} operations of each kind a minute: try again in ${retryAfterSeconds} s`,
          { retryAfterSeconds },
        )
      }
    },
  }
}
