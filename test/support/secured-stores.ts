import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { issueAuthority, issueServer } from '../../agent/tls/issue.ts'
import { kafkaGrantsOf } from '../../ops/cli/commands/kafka-acls.ts'
import { startEventStoreStandIn } from './eventstore-standin/server.ts'
import { freePort } from './free-ports.ts'
import { type AclRule, allow } from './kafka/acls.ts'
import { type KafkaBroker, startKafkaBroker } from './kafka/broker.ts'
import { startRedisServer } from './redis/redis-server.ts'
import type { Environment } from './server-process.ts'

export type SecuredStores = {
  /** What names them, for processes of the control plane. */
  readonly environment: Environment
  /** Kafka alone. */
  readonly agentEnvironment: Environment
  /** The same with the account of one host, which may do nothing before `allowHost`. */
  readonly hostEnvironment: Environment
  /** What `coffer admin host kafka-acls` says, for that account. */
  readonly allowHost: (hostId: string) => Promise<void>
  /** What must never be shown. */
  readonly passwords: readonly string[]
  /** The path of the certificate of an authority that signed nothing of these. */
  readonly strangersCa: string
  readonly kafka: KafkaBroker
  readonly close: () => Promise<void>
}

const user = 'coffer'
/** Of one host alone. */
const ownUser = 'one-host'
const namespace = 'blue'

/** What the users may have, as the runbook says: each its part of the namespace, and nothing else. */
const keyPatterns = [`~${namespace}.coffer:*`, `~{${namespace}.coffer:*`]
const rules: readonly AclRule[] = [
  { user: 'control', what: 'TOPIC', prefix: `${namespace}.`, may: ['READ', 'WRITE', 'CREATE'] },
  { user: 'control', what: 'GROUP', prefix: `${namespace}.`, may: ['READ', 'DELETE'] },
  { user: 'agent', what: 'TOPIC', prefix: `${namespace}.coffer.agent.`, may: ['READ', 'WRITE', 'CREATE'] },
  { user: 'agent', what: 'TOPIC', prefix: `${namespace}.coffer.clock`, may: ['WRITE', 'CREATE'] },
  { user: 'agent', what: 'GROUP', prefix: `${namespace}.agent-`, may: ['READ'] },
]
const newPassword = (): string => `planted/${randomUUID()}`

/** An event store (the stand-in), Kafka and Redis that speak TLS, with certificates of one authority, ask for users and passwords, and let them into one namespace alone. */
export const startSecuredStores = async (directory: string): Promise<SecuredStores> => {
  mkdirSync(directory, { recursive: true })
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text, { mode: 0o600 })
    return join(directory, name)
  }
  const now = new Date()
  const authority = await issueAuthority('test', now)
  const { certificate, key } = await issueServer(authority, ['localhost', '127.0.0.1'], now)
  const stranger = await issueAuthority('stranger', now)
  const ca = write('ca.crt', authority.certificate)
  const [certFile, keyFile] = [write('server.crt', certificate), write('server.key', key)]
  const [log, bus, agents] = [newPassword(), newPassword(), newPassword()]
  const [views, host] = [newPassword(), newPassword()]

  const standIn = await startEventStoreStandIn({
    users: { [user]: { password: log, isAdmin: true } },
    tls: { certificate: Buffer.from(certificate), key: Buffer.from(key) },
  })
  const tlsPort = await freePort()
  const redis = await startRedisServer({
    args: [
      ...['--tls-port', `${tlsPort}`, '--tls-auth-clients', 'no', '--tls-ca-cert-file', ca],
      ...['--tls-cert-file', certFile, '--tls-key-file', keyFile],
    ],
  })
  await redis.admin.call(
    'ACL',
    'SETUSER',
    user,
    'on',
    `>${views}`,
    ...keyPatterns,
    '&*',
    '+@all',
    '-@dangerous',
    '+info',
  )
  const users = { control: bus, agent: agents, [ownUser]: host }
  const kafka = await startKafkaBroker({ secure: { certificate, key, users, asksAcls: true } })
  await allow(kafka.address, rules)

  const agentEnvironment = {
    COFFER_NAMESPACE: namespace,
    COFFER_KAFKA_BROKERS: kafka.secureAddress,
    COFFER_KAFKA_TLS: 'on',
    COFFER_KAFKA_CA_FILE: ca,
    COFFER_KAFKA_SASL: 'plain',
    COFFER_KAFKA_USER: 'agent',
    COFFER_KAFKA_PASSWORD: agents,
  }
  return {
    agentEnvironment,
    hostEnvironment: { ...agentEnvironment, COFFER_KAFKA_USER: ownUser, COFFER_KAFKA_PASSWORD: host },
    allowHost: (hostId) =>
      allow(
        kafka.address,
        kafkaGrantsOf(hostId, `${namespace}.`).map(({ what, name, may }) => ({
          user: ownUser,
          what: what === 'topic' ? 'TOPIC' : 'GROUP',
          prefix: name,
          isExact: true,
          may: may.map((operation) => operation.toUpperCase() as AclRule['may'][number]),
        })),
      ),
    environment: {
      ...agentEnvironment,
      COFFER_KAFKA_SASL: 'scram-sha-512',
      COFFER_KAFKA_USER: 'control',
      COFFER_KAFKA_PASSWORD: bus,
      COFFER_EVENTSTORE_URL: `esdb://${user}:${encodeURIComponent(log)}@127.0.0.1:${standIn.port}?tls=true&tlsCAFile=${encodeURIComponent(ca)}`,
      COFFER_REDIS_URL: `rediss://${user}:${encodeURIComponent(views)}@127.0.0.1:${tlsPort}`,
      COFFER_REDIS_CA_FILE: ca,
    },
    passwords: [log, bus, agents, views, host],
    strangersCa: write('stranger.crt', stranger.certificate),
    kafka,
    close: async () => {
      await kafka.dispose()
      await redis.stop()
      standIn.close()
    },
  }
}
