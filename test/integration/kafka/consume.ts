import { createTestBus } from './test-bus.ts'

/** A process that handles messages and says so, a line each, and never comes to commit them: brokers, topic and group are its arguments. */
const [brokers = '', topic = '', group = ''] = process.argv.slice(2)
const bus = createTestBus(brokers.split(','), { offsetDelayMs: 600_000 })
bus.consume({
  group,
  topics: [topic],
  start: 'earliest',
  handle: async ({ value }) => {
    process.stdout.write(`${value}\n`)
  },
})
