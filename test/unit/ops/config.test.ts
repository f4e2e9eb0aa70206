import { describe, expect, it } from 'vitest'
import { settings } from '../../../ops/config/settings.ts'
import { loadConfig, runs } from '../../../ops/config.ts'
import { problemsOf } from './config-problems.ts'

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    const { config, warnings } = loadConfig({})
    expect(config).toMatchObject({ host: '127.0.0.1', port: 4000, roles: ['all'], operationTimeoutMs: 300_000 })
    expect(config.dataDir).toBe(`${process.cwd()}/data`)
    expect(warnings).toEqual([])
  })

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ COFFER_PORT: '' }).config.port).toBe(4000)
  })

  it('names everything that is wrong at once, with the value and what is accepted', () => {
    const problems = problemsOf({ COFFER_PORT: 'eighty', COFFER_ROLES: 'api,king', COFFER_ENGINE_PORTS: '9-3' })
    expect(problems).toHaveLength(3)
    expect(problems[0]).toBe('COFFER_PORT is "eighty": it must be a port from 1 to 65535, or 0 for any free one')
    expect(problems[1]).toContain('"api,king"')
    expect(problems[2]).toContain('15432-19999')
  })

  it('names what contradicts each other at once with what cannot be read, but nothing that only follows from it', () => {
    const problems = problemsOf({
      COFFER_PORT: 'eighty',
      COFFER_OIDC_ISSUER: 'https://issuer.example',
      COFFER_KAFKA_BROKERS: 'kafka.example:9092',
      COFFER_EVENTSTORE_URL: 'http://log.example',
      COFFER_MASTER_KEY: 'k'.repeat(43),
      COFFER_ROLES: 'saga',
    })
    expect(problems.map((problem) => problem.split(' ', 1)[0])).toEqual([
      'COFFER_PORT',
      'COFFER_EVENTSTORE_URL',
      'COFFER_OIDC_ISSUER',
    ])
  })

  it.each([
    ['COFFER_PORT', '65536'],
    ['COFFER_PORT', '-1'],
    ['COFFER_PORT', '4000.5'],
    ['COFFER_HOST', ' '],
    ['COFFER_RATE_LIMIT', '1e3'],
    ['COFFER_MAX_VOLUME_GIB', '0'],
    ['COFFER_OPERATION_TIMEOUT', '1'],
    ['COFFER_CORS_ORIGINS', 'https://a.example/path'],
    ['COFFER_OIDC_ISSUER', 'http://issuer.example'],
    ['COFFER_ENGINE_PORTS', '0-10'],
    ['COFFER_DEFAULT_FLAVOR', 'Small'],
    ['COFFER_LOG_LEVEL', 'loud'],
  ])('refuses %s=%s', (variable, value) => {
    expect(problemsOf({ [variable]: value }).join()).toContain(`${variable} is ${JSON.stringify(value)}`)
  })

  it('refuses an issuer without an audience, and a default volume over the largest', () => {
    const problems = problemsOf({
      COFFER_OIDC_ISSUER: 'https://issuer.example',
      COFFER_DEFAULT_VOLUME_GIB: '20',
      COFFER_MAX_VOLUME_GIB: '10',
    })
    expect(problems).toHaveLength(2)
  })

  it('refuses keys without an issuer whose they are', () => {
    const problems = problemsOf({ COFFER_OIDC_JWKS_URL: 'https://issuer.example/keys' })
    expect(problems).toEqual([expect.stringMatching(/^COFFER_OIDC_JWKS_URL is set and COFFER_OIDC_ISSUER is not/)])
  })

  it('takes an unknown variable for a misspelt one and does not show its value', () => {
    const { warnings } = loadConfig({ COFFER_DATADIR: '/secret', COFFER_TOKEN: 'known', PATH: '/bin' })
    expect(warnings).toEqual(['COFFER_DATADIR is not known and has no effect; did you mean COFFER_DATA_DIR?'])
  })

  it('reads lists, ranges and times', () => {
    const { config } = loadConfig({
      COFFER_ROLES: 'api, saga',
      COFFER_CORS_ORIGINS: 'https://a.example,http://localhost:3000',
      COFFER_ENGINE_PORTS: '20000-20009',
      COFFER_STOP_TIMEOUT: '5',
    })
    expect(config).toMatchObject({
      roles: ['api', 'saga'],
      corsOrigins: ['https://a.example', 'http://localhost:3000'],
      enginePorts: { first: 20_000, last: 20_009 },
      stopTimeoutMs: 5000,
    })
    expect([runs(config, 'api'), runs(config, 'saga'), runs(config, 'agent')]).toEqual([true, true, false])
  })

  it('has a description and a variable of its own for every key', () => {
    const variables = Object.values(settings).map(({ variable }) => variable)
    expect(new Set(variables).size).toBe(variables.length)
    for (const { description, variable } of Object.values(settings)) {
      expect(description).toMatch(/[.;]/)
      expect(variable).toMatch(/^(COFFER|OTEL)_[A-Z_]+$/)
    }
  })
})
