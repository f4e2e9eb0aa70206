import type { ConsumeOptions } from '../../../commands/ports/message-bus.ts'
import { createTestBus } from './test-bus.ts'

/**
 * A process that handles messages and says so, a line each, and never comes to commit them. Its arguments: brokers, topic, group; and in JSON, how
 * it takes part in the group.
 */
const [brokers = '', topic = '', group = '', more = '{}'] = process.argv.slice(2)
const { sessionTimeoutMs, ...options } = JSON.parse(more) as Pick<ConsumeOptions, 'membership'> & {
  readonly sessionTimeoutMs?: number
}
const bus = createTestBus(brokers.split(','), {
  offsetDelayMs: 600_000,
  ...(sessionTimeoutMs !== undefined && { sessionTimeoutMs }),
})
bus.consume({
  group,
  topics: [topic],
  start: 'earliest',
  ...options,
  handle: async ({ value }) => {
    process.stdout.write(`${value}\n`)
  },
})
