import { expect, it } from 'vitest'
import { createRenewable } from '../../../commands/adapters/kafka/renewable.ts'
import { MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'

it('a connection to Kafka that was closed is not opened again by work that comes late', async () => {
  const connected: number[] = []
  const connection = createRenewable({
    create: () => {
      const number = connected.length
      connected.push(1)
      return {
        connect: async () => {},
        disconnect: async () => {
          connected[number] = 0
        },
      }
    },
    timeoutMs: 5_000,
    survives: () => true,
    onProblem: () => {},
  })
  await connection.use('working', async () => {})
  await connection.close()
  await expect(connection.use('working', async () => {})).rejects.toBeInstanceOf(MessageBusUnavailable)
  expect(connected).toEqual([0])
})
