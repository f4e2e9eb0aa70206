import { randomBytes, randomUUID } from 'node:crypto'
import { startEventStoreStandIn } from '../support/eventstore-standin/server.ts'
import { startKafkaBroker } from '../support/kafka/broker.ts'
import { whyNoKafka } from '../support/kafka/distribution.ts'
import { noRedisServer, startRedisServer } from '../support/redis/redis-server.ts'
import type { Environment } from '../support/server-process.ts'

type Stop = { readonly name: string; readonly stop: () => Promise<unknown> }
type Store = {
  readonly name: string
  /** What names it, in the environment of everybody who uses it. */
  readonly variable: string
  /** Why it cannot be started on this machine, or null. */
  readonly missing: () => Promise<string | null>
  readonly start: () => Promise<{ readonly value: string; readonly stop: () => Promise<unknown> }>
}

const stores: readonly Store[] = [
  {
    name: 'Kafka',
    variable: 'COFFER_KAFKA_BROKERS',
    missing: whyNoKafka,
    start: async () => {
      const { address, dispose } = await startKafkaBroker()
      return { value: address, stop: dispose }
    },
  },
  {
    name: 'Redis',
    variable: 'COFFER_REDIS_URL',
    missing: async () => noRedisServer(),
    start: async () => {
      const { url, stop } = await startRedisServer()
      return { value: url, stop }
    },
  },
  {
    name: 'event store',
    variable: 'COFFER_EVENTSTORE_URL',
    missing: async () => null,
    start: async () => {
      const { url, close } = await startEventStoreStandIn()
      return { value: url, stop: async () => close() }
    },
  },
]

const wantedStores = (): readonly Store[] => stores.filter(({ variable }) => !process.env[variable])

/** What keeps the stores whose variables are not set from being started on this machine, or null. */
export const whyNoStores = async (): Promise<string | null> => {
  for (const { name, variable, missing } of wantedStores()) {
    const reason = await missing()
    if (reason !== null) return `${name} ${reason}; or set ${variable} to one that runs`
  }
  return null
}

/**
 * Starts the stores whose variables are not set; the event store is the stand-in, in this process. Answers the variables of those it started,
 * and the namespace to use where others were there before.
 * Throws, before anything is started, an error that says what is missing.
 */
export const startStores = async (stops: Stop[], say: (text: string) => void): Promise<Environment> => {
  const wanted = wantedStores()
  const missing = await whyNoStores()
  if (missing !== null) throw new Error(missing)
  const environment: Record<string, string> = {}
  if (wanted.length < stores.length) {
    environment.COFFER_NAMESPACE = process.env.COFFER_NAMESPACE || newNamespace()
    say(`  ${'namespace'.padEnd(12)} ${environment.COFFER_NAMESPACE}`)
  }
  for (const { name, variable, start } of stores) {
    if (!wanted.some((store) => store.variable === variable)) {
      say(`  ${name.padEnd(12)} as ${variable} says`)
      continue
    }
    const { value, stop } = await start()
    stops.push({ name, stop })
    environment[variable] = value
    say(
      `  ${name.padEnd(12)} ${value}${name === 'event store' ? ' (the stand-in of the tests: it forgets all when it ends)' : ''}`,
    )
  }
  return environment
}

/** One of this run alone: what former runs left in stores that stay belongs to machines and secrets that are gone. */
const newNamespace = (): string => `stack${randomUUID().slice(0, 8)}`

/** What every api must be given, made anew where it is not set. */
export const newSecrets = ({ COFFER_MASTER_KEY, COFFER_ADMIN_TOKEN }: NodeJS.ProcessEnv) => ({
  COFFER_MASTER_KEY: COFFER_MASTER_KEY || randomBytes(32).toString('base64url'),
  COFFER_ADMIN_TOKEN: COFFER_ADMIN_TOKEN || `coffer_admin_${randomBytes(32).toString('base64url')}`,
})
