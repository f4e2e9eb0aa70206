import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../ops/config.ts'
import { greet } from '../../../ops/serve.ts'

const started = { url: 'http://127.0.0.1:4000', adminTokenFile: '/data/admin-token' }

const said = (environment: Record<string, string>, isTTY = false): string => {
  const stdout = Object.assign(new PassThrough(), { isTTY })
  greet(started, loadConfig({ COFFER_DATA_DIR: '/data', ...environment }).config, stdout)
  return String(stdout.read())
}

describe('a server that is ready', () => {
  it.each([
    ['where the log is', { COFFER_LOG_FORMAT: 'json' }],
    ['where nobody looks on', {}],
    ['also where little is logged', { COFFER_LOG_LEVEL: 'error' }],
  ])('says so in one line of JSON %s', (_where, environment) => {
    const lines = said(environment).trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: `Coffer is ready at ${started.url}`, ...started })
  })

  it('says so in words on a terminal, with how to make a database', () => {
    expect(said({}, true)).toContain('Make a database:')
  })

  it('is told of in one line of JSON without an API, too', () => {
    const [line = ''] = said({
      COFFER_LOG_FORMAT: 'json',
      COFFER_ROLES: 'agent',
      COFFER_KAFKA_BROKERS: 'a:9092',
    }).split('\n')
    expect(JSON.parse(line).msg).toBe(
      `Coffer runs as agent on the stores at a:9092; probes and metrics: ${started.url}`,
    )
  })
})
