import { expect, it } from 'vitest'
import { createKafkaClient } from '../../../commands/adapters/kafka/client.ts'
import { createPartitionFetch } from '../../../commands/adapters/kafka/partition-fetch.ts'
import { createRecordingLog } from '../../support/write-side.ts'

it('finds in the client what it reads partitions with, which is not part of its interface', () => {
  const { log } = createRecordingLog()
  const kafka = createKafkaClient({ brokers: ['127.0.0.1:9'], clientId: 'test', log })
  expect(createPartitionFetch(kafka)).toMatchObject({ fetch: expect.any(Function) })
})
