import { expect, it } from 'vitest'
import { startKafkaBroker } from '../../support/kafka/broker.ts'
import { whyNoKafka } from '../../support/kafka/distribution.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createRecordingLog } from '../../support/write-side.ts'
import { createTestBus } from './test-bus.ts'

it('a Kafka that nothing was on yet is begun with without a warning', async (context) => {
  const missing = await whyNoKafka()
  if (missing !== null) return context.skip(missing)
  const broker = await startKafkaBroker()
  try {
    const { log, lines } = createRecordingLog()
    const bus = createTestBus([broker.address], { log })
    await bus.ensureTopics([{ name: 'topic', partitions: 4, retentionMs: 3_600_000 }])
    const handled: string[] = []
    const consumers = (['watched', 'single'] as const).map((membership) =>
      bus.consume({
        group: `group-${membership}`,
        topics: ['topic'],
        start: 'earliest',
        membership,
        handle: async ({ value }) => void handled.push(value),
      }),
    )
    await bus.publish([{ topic: 'topic', key: 'k', value: '1' }])
    expect(await bus.now()).toBeGreaterThan(0)
    expect(await bus.removeGroups('nobody.')).toEqual([])
    await waitFor('both groups to have the message', () => handled.length === 2)
    await Promise.all(consumers.map((consumer) => consumer.stop()))
    await bus.close()
    expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
  } finally {
    await broker.dispose()
  }
})
