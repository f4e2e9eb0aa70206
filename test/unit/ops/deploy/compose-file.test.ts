import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../../ops/config.ts'
import { createTempDir } from '../../../support/temp-dir.ts'
import { deployDir, readCompose, readDeployed } from './deployment.ts'

const temp = createTempDir('deploy')
const compose = readCompose()
const services = Object.entries(compose.services)
const roles = ['api', 'saga', 'projector', 'agent']
const required = /\$\{(\w+):\?[^}]+\}/g

const makeSecrets = (directory: string, host = 'control.example.org', env = process.env): string =>
  execFileSync(join(deployDir, 'make-secrets.sh'), [directory, host, '192.0.2.1'], {
    encoding: 'utf8',
    stdio: 'pipe',
    env,
  })

const readSecrets = (directory: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readFileSync(join(directory, 'stack.env'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

/** What the image sets: `ENV` of the Dockerfile, which is the only place with lines of that form. */
const imageEnvironment = Object.fromEntries(
  [...readDeployed('Dockerfile').matchAll(/(COFFER_\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
)

const directory = temp.next()
let secrets: Readonly<Record<string, string>>
beforeAll(() => {
  makeSecrets(directory)
  secrets = readSecrets(directory)
})

describe('the Compose file', () => {
  it('has the stores and every role', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['kurrentdb', 'kafka', 'redis', ...roles].sort())
  })

  it.each(services)('lets %s come back, watches it and bounds it', (name, service) => {
    expect(service).toMatchObject({ restart: 'unless-stopped', logging: expect.anything() })
    expect(Object.keys(service.deploy.resources.limits).sort()).toEqual(['cpus', 'memory', 'pids'])
    // The agent has the check of its image.
    expect(
      service.healthcheck !== undefined || (name === 'agent' && readDeployed('Dockerfile').includes('HEALTHCHECK')),
    ).toBe(true)
    expect(service.privileged).toBeUndefined()
    expect(service.image).not.toMatch(/:latest$|^[^:]+$/)
    for (const network of service.networks) expect(compose.networks).toHaveProperty(network)
  })

  it('keeps what must outlive a container in volumes', () => {
    const kept = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''))
    expect(Object.keys(compose.volumes).filter((volume) => !kept.includes(volume))).toEqual([])
  })

  it('gives every variable without a value of its own no default', () => {
    const text = readDeployed('compose.yaml')
    expect(text.replace(required, '').match(/\$\{/g)).toBeNull()
  })

  it('holds no password: what is one by name, and every URL with one, is asked for', () => {
    for (const [name, { environment }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        const isSecret = /PASSWORD|MASTER_KEY|TOKEN|JAAS/.test(variable) || /:\/\/[^/\s]*@/.test(value)
        if (isSecret) expect(value, `${variable} of ${name}`).toMatch(/\$\{\w+:\?/)
      }
    }
    const withoutVariables = readDeployed('compose.yaml').replace(required, '')
    expect(withoutVariables).not.toMatch(/changeit|password=|passw0rd/i)
    expect(withoutVariables).not.toMatch(/user_\w+="[^"]+"/)
  })

  it('lets the agent meet the bus alone', () => {
    const { agent, kurrentdb, redis } = compose.services
    expect(Object.keys(agent?.environment ?? {}).filter((name) => /EVENTSTORE|REDIS|MASTER|TOKEN/.test(name))).toEqual(
      [],
    )
    for (const network of [...(kurrentdb?.networks ?? []), ...(redis?.networks ?? [])]) {
      expect(agent?.networks).not.toContain(network)
      expect(compose.networks[network]?.internal).toBe(true)
    }
  })

  it.each(roles)('gives %s a configuration that it takes without a word', (role) => {
    const { environment = {}, stop_grace_period: grace = '' } = compose.services[role] ?? {}
    const filled = Object.entries(environment).map(([variable, value]) => [
      variable,
      value.replace(required, (_all, name: string) => secrets[name] ?? ''),
    ])
    const { config, warnings } = loadConfig({ ...imageEnvironment, ...Object.fromEntries(filled) })
    expect(warnings).toEqual([])
    expect(config.roles).toEqual([role])
    expect(config.mode).toBe('production')
    expect(Number.parseInt(grace, 10) * 1000).toBeGreaterThan(config.stopTimeoutMs)
  })
})

describe('make-secrets.sh', () => {
  it('makes exactly what the Compose file asks for', () => {
    const asked = new Set([...readDeployed('compose.yaml').matchAll(required)].map(([, name]) => name))
    expect(Object.keys(secrets).sort()).toEqual([...asked].sort())
    expect(Object.values(secrets)).not.toContain('')
  })

  it('lets nobody else look, and makes others each time', () => {
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(join(directory, 'stack.env')).mode & 0o777).toBe(0o600)
    const another = temp.next()
    makeSecrets(another)
    const others = readSecrets(another)
    for (const name of Object.keys(secrets).filter((each) => /PASSWORD|KEY|TOKEN|CLUSTER_ID/.test(each))) {
      expect(others[name]).not.toBe(secrets[name])
    }
  })

  it('keeps them out of whatever repository they are made in', () => {
    expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n')
  })

  it('overwrites nothing', () => {
    const before = readFileSync(join(directory, 'stack.env'), 'utf8')
    expect(() => makeSecrets(directory)).toThrow(/never overwritten/)
    expect(readFileSync(join(directory, 'stack.env'), 'utf8')).toBe(before)
  })

  it('says what openssl says when it fails, and leaves nothing in the way of the next try', () => {
    const [programs, unfinished] = [temp.next(), temp.next()]
    mkdirSync(programs)
    const failing =
      '#!/bin/sh\n[ "$1" != x509 ] && exec /usr/bin/env PATH="$OWN_PATH" openssl "$@"\necho no entropy >&2\nexit 1\n'
    writeFileSync(join(programs, 'openssl'), failing, { mode: 0o755 })
    const env = { ...process.env, OWN_PATH: process.env.PATH, PATH: `${programs}:${process.env.PATH}` }
    expect(() => makeSecrets(unfinished, 'control.example.org', env)).toThrow(/no entropy/)
    expect(existsSync(unfinished)).toBe(false)
  })

  it.each(['', 'a,DNS:b', 'two words'])('refuses %j as the name of a machine', (host) => {
    const refused = temp.next()
    expect(() => makeSecrets(refused, host)).toThrow(/is no host name and no IPv4 address/)
    expect(existsSync(refused)).toBe(false)
  })

  it('makes a certificate for an address, where the machine has no name', () => {
    const addressed = temp.next()
    makeSecrets(addressed, '192.0.2.7')
    const args = ['verify', '-CAfile', join(addressed, 'ca', 'ca.crt'), '-verify_ip', '192.0.2.7']
    const answer = execFileSync('openssl', [...args, join(addressed, 'kafka', 'node.crt')], { encoding: 'utf8' })
    expect(answer).toMatch(/: OK$/m)
  })

  it.each([
    ['kurrentdb', 'node.crt', 'kurrentdb'],
    ['kafka', 'node.crt', 'kafka'],
    ['kafka', 'node.crt', 'control.example.org'],
  ])('makes a certificate for %s (%s) that is good for %s', (store, file, host) => {
    const args = ['verify', '-CAfile', join(directory, 'ca', 'ca.crt'), '-verify_hostname', host]
    const answer = execFileSync('openssl', [...args, join(directory, store, file)], { encoding: 'utf8' })
    expect(answer).toMatch(/: OK$/m)
  })

  it('says in the certificates for what they are good: KurrentDB takes its nodes by that', () => {
    for (const store of ['kurrentdb', 'kafka']) {
      const args = ['x509', '-noout', '-ext', 'keyUsage,extendedKeyUsage', '-in', join(directory, store, 'node.crt')]
      const answer = execFileSync('openssl', args, { encoding: 'utf8' })
      expect(answer).toContain('Digital Signature, Key Encipherment')
      expect(answer).toContain('TLS Web Server Authentication, TLS Web Client Authentication')
    }
  })
})
