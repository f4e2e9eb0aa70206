import { describe, it } from 'vitest'
import { noRedisServer } from './redis-server.ts'

const missing = noRedisServer()

/** A `describe` whose tests start servers; where there is no program to start it is skipped, and says why. */
export const describeOnRedis = (name: string, define: () => void): void => {
  describe(name, () => {
    if (missing) it('does what it promises', (context) => context.skip(missing))
    else define()
  })
}
