import { Kafka, logLevel, type RetryOptions, type SASLOptions } from 'kafkajs'
import type { Log } from '../../../kernel/log.ts'
import { createClientLog } from './client-log.ts'
import { quietIdleConnections } from './quiet-idle-connections.ts'

/** `{ mechanism, username, password }`. */
export type KafkaCredentials = Extract<SASLOptions, { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512' }>

export type KafkaConnectionOptions = {
  /** `host:port` of some of the brokers; the others are found through them. */
  readonly brokers: readonly string[]
  /** Names this process in the brokers' logs and quotas. */
  readonly clientId: string
  /** True: TLS with the certificate authorities of the system. `ca`, `cert` and `key` are PEM. Absent: no TLS. */
  readonly ssl?: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly sasl?: KafkaCredentials
  readonly log: Log
}

/**
 * Given in full wherever the client takes it: otherwise it has other values under `NODE_ENV=test`, and a consumer has its own. About 8 s
 * all told, in which a broker may restart without anybody noticing more than a delay.
 */
export const clientRetry = {
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  retries: 10,
  factor: 0.2,
  multiplier: 2,
} as const satisfies RetryOptions

/**
 * Of a connection that is tried while the network is away the next sign comes after 1 s, then after 3: trying anew is sooner there than
 * waiting for it.
 */
const connectionTimeoutMs = 2_000
const requestTimeoutMs = 10_000

/** `least`: what of the client's own log is worth passing on. */
export const createKafkaClient = (
  { brokers, clientId, ssl, sasl, log }: KafkaConnectionOptions,
  least: logLevel = logLevel.INFO,
): Kafka => {
  quietIdleConnections()
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl: typeof ssl === 'boolean' ? ssl : { ...ssl } }),
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: connectionTimeoutMs,
    authenticationTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: clientRetry,
    logLevel: least,
    logCreator: createClientLog(log),
  })
}
