import { expect, it } from 'vitest'
import { createKafkaClient } from '../../../commands/adapters/kafka/client.ts'
import { createCluster } from '../../../commands/adapters/kafka/cluster.ts'
import { createRecordingLog } from '../../support/write-side.ts'

it('finds in the client what it reads partitions and looks after groups with, which is not part of its interface', () => {
  const { log } = createRecordingLog()
  const kafka = createKafkaClient({ brokers: ['127.0.0.1:9'], clientId: 'test', log })
  const method = expect.any(Function)
  expect(createCluster(kafka)).toMatchObject({ findBroker: method, findGroupCoordinator: method })
})
