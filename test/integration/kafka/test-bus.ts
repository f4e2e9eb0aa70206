import { randomUUID } from 'node:crypto'
import { createKafkaMessageBus, type KafkaMessageBusOptions } from '../../../commands/adapters/kafka/message-bus.ts'
import type { MessageBus } from '../../../commands/ports/message-bus.ts'
import { silentLog } from '../../support/silent-log.ts'

/** A bus that says nothing, and that tries again, stops and hears of a rebalance sooner than in earnest. */
export const createTestBus = (brokers: readonly string[], options: Partial<KafkaMessageBusOptions> = {}): MessageBus =>
  createKafkaMessageBus({
    brokers,
    // No other process has it.
    clientId: `coffer-test-${randomUUID()}`,
    log: silentLog,
    retryBaseMs: 10,
    fetchWaitMs: 250,
    heartbeatMs: 1_000,
    ...options,
  })
