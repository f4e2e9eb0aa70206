import { afterEach, expect, it, vi } from 'vitest'
import { needKafka } from './need-kafka.ts'
import { createTestBus } from './test-bus.ts'

const hourMs = 3_600_000
afterEach(() => {
  vi.restoreAllMocks()
})

it.for([
  ['ahead', hourMs],
  ['behind', -hourMs],
] as const)(
  'the time that Kafka tells is its own, when the clock of this process is an hour %s',
  async ([, shiftMs], context) => {
    const bus = createTestBus(needKafka(context))
    const ownNow = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => ownNow.call(Date) + shiftMs)
    const told = await bus.now()
    expect(Math.abs((told ?? 0) - ownNow.call(Date))).toBeLessThan(10_000)
    await bus.close()
  },
)
