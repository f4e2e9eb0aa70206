import { describe, expect, it } from 'vitest'
import { isAgentAlone, isDistributed, loadConfig } from '../../../ops/config.ts'
import { problemsOf } from './config-problems.ts'

const log = { COFFER_EVENTSTORE_URL: 'esdb://admin:hush@log.example:2113?tls=true' }
const bus = { COFFER_KAFKA_BROKERS: 'a.example:9092, b.example:9092' }
const views = { COFFER_REDIS_URL: 'rediss://:hush@views.example' }
const key = { COFFER_MASTER_KEY: 'k'.repeat(43) }
const secrets = { ...key, COFFER_ADMIN_TOKEN: 't'.repeat(32) }
const all = { ...log, ...bus, ...views, ...secrets }

describe('the stores', () => {
  it('are files in the data directory unless brokers are named', () => {
    expect(isDistributed(loadConfig({}).config)).toBe(false)
    const { config } = loadConfig({ ...all, COFFER_ROLES: 'api' })
    expect(isDistributed(config)).toBe(true)
    expect(config.kafkaBrokers).toEqual(['a.example:9092', 'b.example:9092'])
  })

  it.each([
    ['everything', 'all', all],
    ['a server of all roles with views in its memory', 'all', { ...log, ...bus, ...secrets }],
    ['an api beside projectors', 'api', all],
    ['sagas, which show no views and know no token', 'saga', { ...log, ...bus, ...key }],
    ['a projector', 'projector', { ...log, ...bus, ...views }],
    ['an agent with the brokers alone', 'agent', bus],
    ['an agent in a namespace', 'agent', { ...bus, COFFER_NAMESPACE: 'blue2' }],
    ['an agent in the environment of all', 'agent', all],
  ])('can be those of %s', (_, roles, environment) => {
    expect(problemsOf({ ...environment, COFFER_ROLES: roles })).toEqual([])
  })

  it.each([
    ['a log without a bus', 'all', log, 'COFFER_EVENTSTORE_URL is set and COFFER_KAFKA_BROKERS is not'],
    ['sagas without the key that they sign by', 'saga', { ...log, ...bus }, 'COFFER_MASTER_KEY must be set'],
    ['a bus without a log', 'saga', { ...bus, ...key }, 'COFFER_KAFKA_BROKERS is set and COFFER_EVENTSTORE_URL is not'],
    ['views without both', 'all', views, 'COFFER_REDIS_URL is set and COFFER_KAFKA_BROKERS is not'],
    ['a namespace of a directory', 'agent', { COFFER_NAMESPACE: 'blue' }, 'COFFER_NAMESPACE is set and COFFER_KAFKA'],
    ['an api that nobody keeps views for', 'api', { ...log, ...bus, ...secrets }, 'COFFER_REDIS_URL is not set'],
    ['a projector that nobody sees', 'projector,saga', { ...log, ...bus, ...key }, 'COFFER_REDIS_URL is not set'],
    ['an api with secrets of its own', 'api', { ...log, ...bus, ...views }, 'COFFER_MASTER_KEY and COFFER_ADMIN_TOKEN'],
  ])('cannot be %s', (_, roles, environment, reason) => {
    const problems = problemsOf({ ...environment, COFFER_ROLES: roles })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(reason)
  })

  it.each([
    ['a user without a password', { COFFER_KAFKA_SASL: 'plain', COFFER_KAFKA_USER: 'coffer' }],
    ['a password that is for nothing', { COFFER_KAFKA_PASSWORD: 'hush' }],
    ['half a certificate for Kafka', { COFFER_KAFKA_TLS: 'on', COFFER_KAFKA_CERT_FILE: '/cert.pem' }],
    ['half a certificate for Redis', { COFFER_REDIS_KEY_FILE: '/key.pem' }],
    ['an authority for a connection without TLS', { COFFER_KAFKA_CA_FILE: '/ca.pem' }],
    [
      'an authority for a Redis without TLS',
      { COFFER_REDIS_URL: 'redis://:hush@views.example', COFFER_REDIS_CA_FILE: '/ca.pem' },
    ],
  ])('are not given %s', (_, environment) => {
    expect(problemsOf({ ...all, ...environment })).toHaveLength(1)
  })

  it.each([
    ['COFFER_KAFKA_BROKERS', 'localhost'],
    ['COFFER_KAFKA_BROKERS', 'localhost:99999'],
    ['COFFER_KAFKA_BROKERS', 'user@localhost:9092'],
    ['COFFER_KAFKA_BROKERS', 'kafka://localhost:9092'],
    ['COFFER_KAFKA_BROKERS', 'localhost:9092?ssl=true'],
    ['COFFER_KAFKA_BROKERS', 'localhost?ssl=true:9092'],
    ['COFFER_KAFKA_SASL', 'kerberos'],
    // As some of what is in no namespace begins.
    ['COFFER_NAMESPACE', 'coffer'],
    ['COFFER_NAMESPACE', 'blue.green'],
    ['COFFER_NAMESPACE', 'blue-green'],
    ['COFFER_NAMESPACE', 'Blue'],
    ['COFFER_NAMESPACE', '2nd'],
    ['COFFER_NAMESPACE', 'b'.repeat(33)],
  ])('refuse %s=%s', (variable, value) => {
    expect(problemsOf({ ...all, [variable]: value }).join()).toContain(`${variable} is ${JSON.stringify(value)}`)
  })

  it.each([
    ['COFFER_EVENTSTORE_URL', 'http://admin:hush@log.example'],
    ['COFFER_REDIS_URL', 'http://:hush@views.example'],
    ['COFFER_MASTER_KEY', 'hush'],
    ['COFFER_ADMIN_TOKEN', 'hush'],
  ])('say that %s is wrong without showing it', (variable, value) => {
    const problems = problemsOf({ ...all, [variable]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(
      new RegExp(`^${variable} is set to something else, not shown here: .*(must be|not of the form|accepted: )`),
    )
    expect(problems[0]).not.toContain('hush')
  })
})

describe('an agent alone', () => {
  it('is one that has no other role', () => {
    const rolesOf = (roles: string) => isAgentAlone(loadConfig({ COFFER_ROLES: roles }).config)
    expect([rolesOf('agent'), rolesOf('agent,saga'), rolesOf('all')]).toEqual([true, false, false])
  })
})
