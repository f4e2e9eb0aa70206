import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connect } from '../../../../ops/cli/commands/connect.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const temp = createTempDir('connect')
const instance = {
  id: 'an-instance',
  version: '17.10',
  name: 'shop',
  datastore: 'postgresql',
  endpoint: { host: '127.0.0.1', port: 15432 },
  caCertificate: 'PEM',
  databases: ['app'],
  users: [{ name: 'app', databases: ['app'] }],
}

const clientOf = (facts: object, environment: object = {}) => {
  const said: string[] = []
  const printed: unknown[] = []
  const context = {
    api: { request: async () => ({ instances: { edges: [{ node: { ...instance, ...facts } }] } }) },
    output: { one: async (value: unknown) => void printed.push(value) },
    environment: { XDG_DATA_HOME: temp.path, PATH: '/nowhere', ...environment },
    terminal: { stderr: { write: (text: string) => void said.push(text) } },
    clone: null,
    invocation: 'coffer',
    signal: new AbortController().signal,
  } as unknown as CliContext
  return { context, printed, said }
}

describe('connecting', () => {
  it('to what is stopped is refused with the command that starts it, but its URI is printed', async () => {
    const { context, printed } = clientOf({ status: 'STOPPED' })
    await expect(connect(context, 'shop', { print: false }, [])).rejects.toMatchObject({
      exitCode: 2,
      failure: { code: 'INVALID_STATE', message: 'shop is STOPPED: start it with coffer instance start shop --wait' },
    })
    const twoWords = clientOf({ status: 'STOPPED', name: 'my shop' }).context
    await expect(connect(twoWords, 'my shop', { print: false }, [])).rejects.toThrow("instance start 'my shop' --wait")
    expect(await connect(context, 'shop', { print: true }, [])).toBe(0)
    expect(printed).toEqual([{ uri: expect.stringContaining('postgresql://app@127.0.0.1:15432/app?') }])
  })

  it('to what has no endpoint, or none any more, is refused', async () => {
    for (const status of ['PROVISIONING', 'DELETED']) {
      const { context } = clientOf({ status, endpoint: null, caCertificate: null })
      const connecting = connect(context, 'shop', { print: false }, [])
      await expect(connecting).rejects.toThrow(`shop is ${status} and has no endpoint`)
    }
  })
})

/** A psql that notes its arguments and ends with 7. Answers how to read them. */
const installPsql = (directory: string, version: string) => {
  mkdirSync(directory, { recursive: true })
  const noted = join(directory, 'noted')
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo "psql (PostgreSQL) ${version}" && exit\necho "$@" "$LD_LIBRARY_PATH" > '${noted}'\nexit 7\n`
  writeFileSync(join(directory, 'psql'), script, { mode: 0o755 })
  return () => readFileSync(noted, 'utf8')
}

describe('the psql that is opened', () => {
  const running = { status: 'ACTIVE' }

  it('is the one of the major version of the engine, where there is one', async () => {
    const home = temp.next()
    const path = join(home, 'path')
    installPsql(path, '15.18')
    const own = installPsql(join(home, 'coffer', 'postgresql', '17', 'bin'), '17.10')
    const { context, said } = clientOf(running, { XDG_DATA_HOME: home, PATH: path })
    expect(await connect(context, 'shop', { print: false }, ['-c', 'SELECT 1'])).toBe(7)
    expect(own()).toMatch(/^postgresql:.* -c SELECT 1 $/m)
    expect(said).toEqual([])
  })

  it('is else the one of a build that was added to a server of this machine, of the very version first', async () => {
    const home = temp.next()
    const path = join(home, 'path')
    installPsql(path, '15.18')
    const builds = join(home, 'data', 'builds', 'postgresql')
    installPsql(join(builds, '18.6', 'bin'), '18.6')
    const newest = installPsql(join(builds, '17.12', 'bin'), '17.12')
    const environment = { XDG_DATA_HOME: home, PATH: path, COFFER_DATA_DIR: join(home, 'data') }
    const { context, said } = clientOf(running, environment)
    expect(await connect(context, 'shop', { print: false }, ['newest'])).toBe(7)
    expect(newest()).toMatch(/ newest $/m)
    const same = installPsql(join(builds, '17.10', 'bin'), '17.10')
    expect(await connect(context, 'shop', { print: false }, ['same'])).toBe(7)
    expect(same()).toMatch(/ same $/m)
    // As packages of a distribution have it.
    const packaged = clientOf({ ...running, version: '16.9' }, environment)
    // A wrapper, which looks for programs of the operating system.
    installPsql(join(builds, '16.9-1', 'usr', 'bin'), '16.9')
    const unpacked = installPsql(join(builds, '16.9-1', 'usr', 'lib', 'postgresql', '16', 'bin'), '16.9')
    expect(await connect(packaged.context, 'shop', { print: false }, ['unpacked'])).toBe(7)
    expect(unpacked()).toMatch(/ unpacked .*\/builds\/postgresql\/16\.9-1\/usr\/lib\/\w+-linux-gnu$/m)
    expect([...said, ...packaged.said]).toEqual([])
  })

  it('is of several on the path the one of the major version of the engine', async () => {
    const home = temp.next()
    const [older, same] = [join(home, 'older'), join(home, 'same')]
    const used = [installPsql(older, '15.18'), installPsql(same, '17.2')][1]
    const { context, said } = clientOf(running, { XDG_DATA_HOME: home, PATH: `${older}:${same}` })
    expect(await connect(context, 'shop', { print: false }, ['same'])).toBe(7)
    expect(used?.()).toMatch(/ same $/m)
    expect(said).toEqual([])
  })

  it('is else the one on the path, and it is said what it cannot do and where a fitting one is to be had', async () => {
    const home = temp.next()
    const onPath = installPsql(join(home, 'path'), '15.18')
    const { context, said } = clientOf(running, { XDG_DATA_HOME: home, PATH: `/nowhere:${join(home, 'path')}` })
    expect(await connect(context, 'shop', { print: false }, [])).toBe(7)
    expect(onPath()).toContain('postgresql://app@')
    expect(said.join('')).toMatch(/psql is of version 15 and the database of 17: .*postgresql-client-17/)
  })

  it('is not needed: without one the URI is printed, with what to install', async () => {
    const { context, printed, said } = clientOf(running, { XDG_DATA_HOME: temp.next() })
    expect(await connect(context, 'shop', { print: false }, [])).toBe(0)
    expect(printed).toEqual([{ uri: expect.stringContaining('postgresql://app@') }])
    expect(said.join('')).toMatch(/psql is not installed here.*postgresql-client-17/)
  })
})

describe('the client of another engine', () => {
  const cache = {
    status: 'ACTIVE',
    datastore: 'redis',
    version: '7.0.15',
    databases: [],
    users: [{ name: 'app', databases: [] }],
  }

  it('is opened with its own arguments, and reads from its environment and input what may be on no command line', async () => {
    const home = temp.next()
    mkdirSync(home, { recursive: true })
    const noted = join(home, 'noted')
    const script = `#!/bin/sh\n[ "$1" = --version ] && echo "redis-cli 7.0.15" && exit\n{ echo "$@"; echo "$REDISCLI_AUTH"; cat; } > '${noted}'\nexit 7\n`
    writeFileSync(join(home, 'redis-cli'), script, { mode: 0o755 })
    const environment = { XDG_DATA_HOME: home, PATH: `${home}:/bin:/usr/bin`, COFFER_DB_PASSWORD: 'a secret' }
    const { context } = clientOf(cache, environment)
    expect(await connect(context, 'shop', { print: false, command: 'GET "a b"' }, ['--raw'])).toBe(7)
    const [args = '', password, input] = readFileSync(noted, 'utf8').split('\n')
    expect(args).toMatch(/^-h 127\.0\.0\.1 -p 15432 --tls --cacert \S+ --user app --raw$/)
    expect([password, input]).toEqual(['a secret', 'GET "a b"'])
  })

  it('has the forms of its engine, and no others', async () => {
    const { context, printed } = clientOf(cache)
    await connect(context, 'shop', { print: true }, [])
    expect(printed).toEqual([{ uri: 'rediss://app@127.0.0.1:15432/' }])
    await expect(connect(context, 'shop', { print: false, format: 'pgpass' }, [])).rejects.toMatchObject({
      exitCode: 2,
      failure: { code: 'INVALID_INPUT', message: 'shop is a Redis, which has no form "pgpass": uri can be printed' },
    })
  })
})
