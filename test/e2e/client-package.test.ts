import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import type { InstanceFragment as Instance } from '../../ops/cli/generated/graphql.ts'
import { packClient } from '../../ops/client-package/build.ts'
import type { CliResult } from '../support/run-cli.ts'
import { createServerSite } from '../support/server-site.ts'

const run = promisify(execFile)
const site = createServerSite('client-package')
const oldest = 20
const password = 'a long enough password'
let url: string
let token: string
let archive: string

beforeAll(async () => {
  const server = await site.start()
  url = server.url
  token = (await site.cli.json<{ secret: string }>(['token', 'issue', 'laptop', '--project', 'lab'])).secret
  const packed = join(site.directory, 'packed')
  mkdirSync(packed)
  archive = await packClient(packed)
})

/** The directory of a Node of this major version on the path, if there is one. */
const nodeOnPath = async (major: number): Promise<string | null> => {
  for (const directory of (process.env.PATH ?? '').split(':')) {
    const printed = await run(join(directory, 'node'), ['--version']).catch(() => null)
    if (printed?.stdout.startsWith(`v${major}.`)) return directory
  }
  return null
}

/** A machine that has nothing but a Node: an empty home, an empty cache of npm, no network. */
const createMachine = async (name: string, nodeDirectory: string) => {
  const home = join(site.directory, name)
  mkdirSync(home)
  const env = { PATH: `${nodeDirectory}:/usr/bin:/bin`, HOME: home }
  const npm = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', home, archive]
  await run('npm', [...npm, '--cache', join(home, 'npm-cache')], { env, cwd: home })
  const program = join(home, 'node_modules', '.bin', 'coffer')
  const coffer = async (
    args: readonly string[],
    { input = '', ...extra }: Record<string, string> = {},
  ): Promise<CliResult> => {
    const running = run(program, args, { env: { ...env, ...extra }, cwd: home })
    running.child.stdin?.on('error', () => {})
    running.child.stdin?.end(input)
    const ended = await running.then(
      (result) => ({ code: 0, ...result }),
      (error) => error,
    )
    const { code, stdout, stderr } = ended
    return { code, stdout, stderr }
  }
  return { home, program, coffer }
}

describe('the client package', () => {
  it('holds the command line alone, and cannot be published by mistake', async () => {
    const { stdout } = await run('tar', ['tf', archive])
    const files = stdout.trim().split('\n')
    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md', 'package/bin/coffer.mjs']))
    expect(files.filter((file) => !/^package\/(bin\/[\w-]+\.mjs|docs\/.+\.md|[\w-]+|[\w-]+\.\w+)$/.test(file))).toEqual(
      [],
    )
    const text = (await run('tar', ['xOf', archive, 'package/package.json'])).stdout
    const manifest = JSON.parse(text)
    expect(manifest).toMatchObject({ private: true, engines: { node: `>=${oldest}` } })
    expect(manifest).not.toHaveProperty('dependencies')
    expect(manifest.version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
    const licences = (await run('tar', ['xOf', archive, 'package/THIRD-PARTY-LICENSES'])).stdout
    for (const name of ['commander', 'yaml']) expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'))
  })
})

describe.each([
  { title: 'the Node that runs the tests', name: 'this', find: async () => dirname(process.execPath) },
  { title: `Node ${oldest} (needs one on the path)`, name: 'oldest', find: () => nodeOnPath(oldest) },
])('the client package on $title', ({ name: machine, find }) => {
  it('needs nothing else, and does from another machine what the clone does', async (context) => {
    const node = (await find()) ?? context.skip(`needs Node ${oldest} on the path`)
    const { home, program, coffer } = await createMachine(machine, node)
    expect(readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@coffer-dbaas'])

    expect((await coffer(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+$/m)
    expect((await coffer(['instance', 'create', '--help'])).stdout).toContain('--datastore <type>')
    expect((await coffer(['completion', 'bash'])).stdout).toContain('complete -o default -F _coffer coffer')
    expect(await coffer(['serve'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown command 'serve'"),
    })
    expect(await coffer(['instance', 'list'])).toMatchObject({
      code: 1,
      stderr: 'coffer: no token: log in with "coffer login URL", or set COFFER_URL and COFFER_TOKEN.\n',
    })

    expect(await coffer(['login', url, '--token-stdin'], { input: `${token}\n` })).toMatchObject({ code: 0 })
    const name = `shop-${machine}`
    const create = ['instance', 'create', name, '--datastore', 'postgresql', '--flavor', 'tiny', '--wait']
    const account = ['--database', 'app', '--user', 'app', '--password-env', 'app=SECRET']
    const made = await coffer([...create, ...account], { SECRET: password })
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining(`Connect with: ${program} connect ${name}`) })
    expect((await coffer(['instance', 'list'])).stdout).toContain(name)
    expect((await coffer(['complete', '--', 'instance', 'show', 'sh'])).stdout.split('\n')).toContain(name)
    expect((await coffer(['instance', 'list', '-o', 'yaml'])).stdout).toContain(`name: ${name}`)
    const [shown] = JSON.parse((await coffer(['instance', 'list', '-o', 'json'])).stdout) as Instance[]
    expect(shown).toMatchObject({ status: 'ACTIVE' })

    const uri = new URL((await coffer(['connect', name, '--print'])).stdout.trim())
    expect(uri.searchParams.get('sslrootcert')).toContain(home)
    uri.password = encodeURIComponent(password)
    const client = new pg.Client({ connectionString: uri.href })
    client.on('error', () => {})
    await client.connect()
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
    expect(await coffer(['instance', 'delete', name, '--yes', '--wait'])).toMatchObject({ code: 0 })
  })
})
