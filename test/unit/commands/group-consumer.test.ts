import type { Admin, Kafka } from 'kafkajs'
import { expect, it } from 'vitest'
import { startGroupConsumer } from '../../../commands/adapters/kafka/group-consumer.ts'
import type { Renewable } from '../../../commands/adapters/kafka/renewable.ts'
import type { Topics } from '../../../commands/adapters/kafka/topics.ts'

const timing = {
  sessionTimeoutMs: 60_000,
  silentMs: 60_000,
  heartbeatMs: 1_000,
  fetchWaitMs: 100,
  fetchPaceMs: 1,
  offsetDelayMs: 1,
  retryBaseMs: 1,
  retryMaxMs: 10,
  rejoinMaxMs: 10,
  leaveTimeoutMs: 1_000,
  stopTimeoutMs: 1_000,
}
const nothing = async () => {}

it('a consumer whose Kafka does not answer is stopped without waiting for the answer', async () => {
  const asked = Promise.withResolvers<void>()
  const silent: Topics = {
    ensure: nothing,
    assertExist: () => {
      asked.resolve()
      return new Promise(() => {})
    },
    assertEquallyMany: nothing,
    forget: () => {},
  }
  const consumer = startGroupConsumer(
    {
      // Neither is come to.
      kafka: {} as Kafka,
      admin: {} as Renewable<Admin>,
      topics: silent,
      members: { dismiss: async () => [] },
      peers: { watch: () => () => {} },
      park: nothing,
      onProblem: () => {},
      onFatal: () => {},
    },
    { group: 'group', topics: ['topic'], start: 'earliest', handle: nothing },
    timing,
  )
  await asked.promise
  await consumer.stop()
  await expect(consumer.ready).rejects.toThrow('was stopped before it had joined')
})
