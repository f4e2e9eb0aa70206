import { describe, expect, it } from 'vitest'
import { NotHere } from '../../../../ops/bench/row.ts'
import { startStores } from '../../../../ops/bench/stack/stores.ts'

const { signal } = new AbortController()
const given = {
  COFFER_EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false',
  COFFER_KAFKA_BROKERS: '127.0.0.1:2',
  COFFER_REDIS_URL: 'redis://127.0.0.1:3',
}

describe('the stores of the distributed rows', () => {
  it('are those that the environment names, and the report says so', async () => {
    const stores = await startStores({ PATH: process.env.PATH, COFFER_KAFKA_TLS: 'off', ...given }, signal)
    await stores.stop()
    expect(stores.environment).toEqual({
      ...given,
      COFFER_KAFKA_TLS: 'off',
      // Apart from what other systems have in the same stores.
      COFFER_NAMESPACE: expect.stringMatching(/^stack/),
    })
    expect(stores.eventStore).toBe('the event store of COFFER_EVENTSTORE_URL')
  })

  it('are refused, and not failed, where the machine lacks what they need', async () => {
    const started = startStores({ PATH: '/nowhere', ...given, COFFER_KAFKA_BROKERS: '' }, signal)
    await expect(started).rejects.toThrow(NotHere)
    await expect(started).rejects.toThrow(/^Kafka needs Java 17 .*; or set COFFER_KAFKA_BROKERS to one that runs$/)
  })
})
