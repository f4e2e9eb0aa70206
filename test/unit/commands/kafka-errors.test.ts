import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { isWorthRetrying, translated } from '../../../commands/adapters/kafka/errors.ts'
import { MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'

/** What the client itself throws for a broker that it has no connection with. */
const askWithoutConnection = (): unknown => {
  const Broker = createRequire(import.meta.url)('kafkajs/src/broker/index.js')
  const broker = new Broker({ connectionPool: {}, logger: { namespace: () => ({}) }, nodeId: 0, versions: null })
  try {
    return broker.lookupRequest()
  } catch (error) {
    return error
  }
}

/** What the client itself throws where it has thrown away what it was told of topics. */
const askOfForgottenTopics = async (): Promise<unknown> => {
  const createAdmin = createRequire(import.meta.url)('kafkajs/src/admin/index.js')
  const silent = { namespace: () => silent, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const admin = createAdmin({ logger: silent, retry: {}, cluster: { metadata: async () => null } })
  return admin.fetchTopicMetadata({ topics: ['coffer.events'] }).catch((error: unknown) => error)
}

describe('what the client has forgotten of topics', () => {
  it('is asked again, and counts as an outage', async () => {
    const error = await askOfForgottenTopics()
    expect(error).toBeInstanceOf(TypeError)
    expect(isWorthRetrying(error)).toBe(true)
    expect(translated('describing the topics', error)).toBeInstanceOf(MessageBusUnavailable)
  })
})

describe('a broker that the client has lost', () => {
  it('is tried again, and counts as away', () => {
    const error = askWithoutConnection()
    expect(error).toBeInstanceOf(Error)
    expect(isWorthRetrying(error)).toBe(true)
    expect(translated('asking', error)).toBeInstanceOf(MessageBusUnavailable)
  })

  it('is no excuse for a bug', () => {
    const bug = new TypeError('broker is undefined')
    expect(isWorthRetrying(bug)).toBe(false)
    expect(translated('asking', bug)).toBe(bug)
  })
})
