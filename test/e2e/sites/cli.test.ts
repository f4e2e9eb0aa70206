import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import type {
  EventFragment,
  InstanceFragment as Instance,
  OperationFragment as Operation,
} from '../../../ops/cli/generated/graphql.ts'
import { viewNames } from '../../../projections/registry.ts'
import { onEverySite } from '../../support/every-site.ts'
import { waitFor } from '../../support/wait-for.ts'

type Made = Instance & {
  readonly operationId: string
  readonly replayed: boolean
  readonly caCertificateFile: string
  readonly credentials: readonly {
    readonly user: string
    readonly password: string | null
    readonly uri: string | null
  }[]
}
type Failure = { readonly error: { readonly code: string; readonly message: string; readonly field: string | null } }

onEverySite('cli', (site) => {
  const { cli } = site
  const create = ['instance', 'create']
  const postgresql = ['--datastore', 'postgresql', '--flavor', 'tiny']
  let shop: Made

  beforeAll(async () => {
    await site.start()
    const accounts = ['--database', 'app', '--user', 'app:p@ss w/ö:rd', '--user', 'other']
    shop = await cli.json<Made>([...create, 'shop', ...postgresql, ...accounts, '--wait'])
  })

  describe('coffer instance create', () => {
    it('prints one JSON object with everything needed to log in', async () => {
      expect(shop).toMatchObject({ name: 'shop', status: 'ACTIVE', endpoint: { host: '127.0.0.1' }, replayed: false })
      expect(shop.credentials.map(({ user }) => user)).toEqual(['app', 'other'])
      expect(shop.credentials[0]?.password).toBe('p@ss w/ö:rd')
      expect(shop.credentials[0]?.uri).toContain('app:p%40ss%20w%2F%C3%B6%3Ard@')
      expect(readFileSync(shop.caCertificateFile, 'utf8')).toBe(shop.caCertificate)
      const client = new pg.Client({ connectionString: shop.credentials[0]?.uri ?? '' })
      client.on('error', () => {})
      await client.connect()
      const { rows } = await client.query('SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
      await client.end()
      expect(rows).toEqual([{ session_user: 'app', ssl: true }])
    })

    it('answers at once without --wait, with passwords and without an endpoint', async () => {
      const made = await cli.json<Made>([...create, 'later', ...postgresql, '--database', 'app', '--user', 'app'])
      expect(made).toMatchObject({ status: 'PROVISIONING', endpoint: null, credentials: [{ user: 'app', uri: null }] })
      const watched = await cli.json<Operation>(['operation', 'watch', made.operationId])
      expect(watched.status).toBe('SUCCEEDED')
      await cli.json(['instance', 'delete', made.id, '--wait'])
    })

    it('makes one instance of a request that is repeated under its key', async () => {
      const request = [
        ...create,
        'once',
        ...postgresql,
        '--database',
        'app',
        '--user',
        'app',
        '--idempotency-key',
        'k1',
        '--wait',
      ]
      const [first, second] = [await cli.json<Made>(request), await cli.json<Made>(request)]
      expect(second).toMatchObject({ id: first.id, replayed: true })
      const refused = await cli.json<Failure>([...create, 'other', ...postgresql, '--idempotency-key', 'k1'], 2)
      expect(refused.error.code).toBe('IDEMPOTENCY_KEY_REUSED')
      await cli.json(['instance', 'delete', 'once', '--wait'])
    })

    it('ends with 4 when it has waited long enough, says how to go on and keeps no password back', async () => {
      const account = ['--database', 'app', '--user', 'app']
      const request = [...create, 'slow', ...postgresql, ...account, '--wait', '--timeout', '0.01', '-o', 'json']
      const { code, stdout, stderr } = await cli(request)
      expect(code).toBe(4)
      const slow = JSON.parse(stdout) as Made & Failure
      expect(slow).toMatchObject({ name: 'slow', status: 'PROVISIONING', error: { code: 'WAIT_TIMEOUT' } })
      expect(stderr).toContain(`operation watch ${slow.operationId}`)
      expect((await cli(['operation', 'watch', slow.operationId])).code).toBe(0)
      const { endpoint } = await cli.json<Instance>(['instance', 'show', slow.id])
      const password = slow.credentials[0]?.password ?? ''
      const client = new pg.Client({
        host: '127.0.0.1',
        port: endpoint?.port ?? 0,
        user: 'app',
        password,
        ssl: { ca: shop.caCertificate ?? '' },
      })
      await client.connect()
      await client.end()
      await cli.json(['instance', 'delete', 'slow', '--wait'])
    })

    it('lists those that are asked for, by name, health, kind, actor and time', async () => {
      const names = async (...options: string[]) =>
        (await cli.json<Instance[]>(['instance', 'list', ...options])).map(({ name }) => name)
      expect(await names('--prefix', 'sh', '--health', 'healthy')).toEqual(['shop'])
      expect(await names('--prefix', 'hop')).toEqual([])
      expect(await names('--until', shop.createdAt)).toEqual([])
      expect(await names('--since', shop.createdAt)).toContain('shop')
      const kinds = async (...options: string[]) =>
        (await cli.json<Operation[]>(['operation', 'list', '--instance', 'shop', ...options])).map(({ kind }) => kind)
      expect(await kinds('--kind', 'provision', '--by', 'admin')).toEqual(['PROVISION'])
      expect(await kinds('--kind', 'delete')).toEqual([])
      expect(await kinds('--by', 'nobody')).toEqual([])
      expect(await kinds('--until', shop.createdAt)).toEqual([])
      const failure = await cli.json<Failure>(['instance', 'list', '--since', 'yesterday'], 2)
      expect(failure.error.message).toContain('"yesterday" is not a moment')
    })

    it('refuses to follow an operation that there is not', async () => {
      const { error } = await cli.json<Failure>(['operation', 'watch', shop.id], 2)
      expect(error.code).toBe('NOT_FOUND')
    })

    it('shows the steps on standard error and nothing but the result on standard output', async () => {
      const { stdout, stderr } = await cli([...create, 'steps', ...postgresql, '--wait', '-o', 'json'])
      expect(JSON.parse(stdout)).toMatchObject({ name: 'steps', credentials: [] })
      expect(stderr).toMatch(/^volume: .*\n[\s\S]*verify: done/)
      await cli.json(['instance', 'delete', 'steps', '--wait'])
    })

    it.each([
      ['a datastore that is not on offer', ['--datastore', 'oracle'], 'UNKNOWN_DATASTORE'],
      ['a version that is not on offer', [...postgresql, '--version', '9.1'], 'UNKNOWN_VERSION'],
      ['a flavor that there is not', ['--datastore', 'postgresql', '--flavor', 'huge'], 'UNKNOWN_FLAVOR'],
      ['no volume', [...postgresql, '--volume', '0'], 'INVALID_INPUT'],
      ['a negative volume', [...postgresql, '--volume', '-1'], 'INVALID_INPUT'],
      ['a reserved user', [...postgresql, '--user', 'postgres'], 'RESERVED_NAME'],
      ['no datastore', [], 'INVALID_INPUT'],
    ])('is refused with 2 and a code for %s', async (_what, options, code) => {
      expect((await cli.json<Failure>([...create, 'bad', ...options], 2)).error.code).toBe(code)
    })

    it.each([
      ['a volume that is no number', [...postgresql, '--volume', 'big']],
      ['an option that there is not', [...postgresql, '--colour', 'red']],
    ])('is refused with 2 before it is sent for %s', async (_what, options) => {
      const { code, stderr } = await cli([...create, 'bad', ...options])
      expect(code).toBe(2)
      expect(stderr).toMatch(/^error: /)
    })

    it('takes a password from standard input or the environment', async () => {
      const users = [
        '--database',
        'app',
        '--user',
        'a',
        '--user',
        'b',
        '--password-stdin',
        'a',
        '--password-env',
        'b=B_PASSWORD',
      ]
      const options = { input: 'from stdin 1\n', env: { B_PASSWORD: 'from the environment' } }
      const { stdout } = await cli([...create, 'quiet', ...postgresql, ...users, '-o', 'json'], options)
      const { credentials, operationId } = JSON.parse(stdout) as Made
      expect(credentials.map(({ password }) => password)).toEqual(['from stdin 1', 'from the environment'])
      await cli(['operation', 'watch', operationId])
      await cli.json(['instance', 'delete', 'quiet', '--wait'])
    })
  })

  describe('coffer', () => {
    it('renames, stops, starts and restarts by name or id', async () => {
      expect(await cli.json(['instance', 'rename', 'shop', 'store'])).toMatchObject({ id: shop.id, name: 'store' })
      expect(await cli.json(['instance', 'stop', 'store', '--wait'])).toMatchObject({ status: 'STOPPED' })
      expect(await cli.json(['instance', 'start', shop.id, '--wait'])).toMatchObject({ status: 'ACTIVE' })
      expect(await cli.json(['instance', 'restart', 'store', '--wait'])).toMatchObject({ status: 'ACTIVE' })
      expect(await cli.json(['instance', 'rename', shop.id, 'shop'])).toMatchObject({ name: 'shop' })
    })

    it('keeps a description and tags beside it, lists by them, and protects it against deletion', async () => {
      const changes = ['--description', 'What we sell', '--tag', 'team=web', '--tag', 'tier', '--protect']
      expect(await cli.json(['instance', 'update', 'shop', ...changes])).toMatchObject({
        description: 'What we sell',
        tags: [
          { key: 'team', value: 'web' },
          { key: 'tier', value: '' },
        ],
        deletionProtected: true,
      })
      const listed = async (...tags: readonly string[]) =>
        (await cli.json<Made[]>(['instance', 'list', ...tags.flatMap((tag) => ['--tag', tag])])).map(({ id }) => id)
      expect(await listed('team=web', 'tier')).toEqual([shop.id])
      expect(await listed('team=data')).toEqual([])
      const refusal = await cli.json<Failure>(['instance', 'delete', 'shop'], 2)
      expect(refusal.error.code).toBe('DELETION_PROTECTED')
      expect((await cli(['instance', 'update', 'shop'])).code).toBe(2)
      const undone = ['--description', '', '--untag', 'team', '--untag', 'tier', '--no-protect']
      expect(await cli.json(['instance', 'update', 'shop', ...undone])).toMatchObject({
        description: null,
        tags: [],
        deletionProtected: false,
      })
    })

    it('lists the ids when several have the name', async () => {
      // Within a project names are unique: an admin sees those of all projects.
      const twin = await cli.json<Made>([...create, 'shop', '--project', 'another', ...postgresql, '--wait'])
      const { error } = await cli.json<Failure>(['instance', 'stop', 'shop'], 2)
      expect(error.code).toBe('AMBIGUOUS_NAME')
      expect(error.message).toContain(shop.id)
      expect(error.message).toContain(twin.id)
      await cli.json(['instance', 'delete', twin.id, '--wait'])
    })

    it('opens psql without the password on its command line', async (context) => {
      context.skip((await cli(['connect', 'shop', '--', '--version'])).code !== 0, 'needs psql')
      // Of somebody's other server, and nothing that this session is to take.
      const ofAnother = {
        PGHOSTADDR: '192.0.2.1',
        PGOPTIONS: '-c nonsense=1',
        PGSSLCRL: '/nowhere',
        PGSERVICE: 'nowhere',
      }
      const env = { COFFER_DB_PASSWORD: 'p@ss w/ö:rd', ...ofAnother }
      const { stdout } = await cli(
        ['connect', 'shop', '--', '-qAtc', 'SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'],
        { env },
      )
      expect(stdout.trim()).toBe('app|t')
      expect((await cli(['connect', 'shop', '--print'])).stdout).not.toContain('p%40ss')
    })

    it('prints the URI and how to use it where there is no psql', async () => {
      const { code, stdout, stderr } = await cli(['connect', 'shop'], { env: { PATH: '/nowhere' } })
      expect(code).toBe(0)
      expect(stderr).toContain('psql is not installed')
      expect(stdout).toMatch(/^postgresql:\/\/app@127\.0\.0\.1:\d+\/app\?sslmode=verify-full/)
    })

    it('shows of the audit log what one actor caused within some time', async () => {
      const shown = (...options: string[]) =>
        cli.json<EventFragment[]>(['events', '--instance', 'shop', '--limit', '500', ...options])
      const { createdAt } = shop
      const all = await shown()
      const since = await shown('--actor', 'admin', '--since', createdAt)
      expect(since.map(({ type }) => type)).toContain('InstanceRequested')
      expect(since).toEqual(all.filter(({ at, actor }) => at !== null && at >= createdAt && actor?.name === 'admin'))
      expect(await shown('--actor', 'nobody')).toEqual([])
      // What was reserved for it may be a moment older.
      const until = await shown('--until', createdAt)
      expect(until.map(({ type }) => type)).not.toContain('InstanceRequested')
      expect(until).toEqual(all.filter(({ at }) => at !== null && at < createdAt))
      expect((await cli(['events', '--follow', '--until', createdAt])).stderr).toContain('cannot be used with')
    })

    it('shows a database as it was, and what changed of it since', async () => {
      const events = await cli.json<readonly { type: string; at: string }[]>([
        'events',
        '--instance',
        'shop',
        '-n',
        '500',
      ])
      const active = events.find(({ type }) => type === 'InstanceProvisioned')?.at ?? ''
      const requested = events.find(({ type }) => type === 'InstanceRequested')?.at ?? ''
      const asOf = (at: string) => cli.json<{ status: string }>(['instance', 'show', 'shop', '--as-of', at])
      expect((await asOf(requested)).status).toBe('PROVISIONING')
      expect((await asOf(active)).status).toBe('ACTIVE')
      const changes = await cli.json<readonly { field: string; from: unknown; to: unknown }[]>([
        ...['instance', 'diff', 'shop', '--from', requested, '--to', active],
      ])
      expect(changes).toContainEqual({ field: 'status', from: 'PROVISIONING', to: 'ACTIVE' })
      const early = await cli(['instance', 'show', 'shop', '--as-of', '2020-01-01T00:00:00Z'])
      expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining('there was no instance') })
    })

    it('follows the audit log from what there is to what comes, without a gap or a repeat', async () => {
      const why = await cli(['why', 'shop'])
      expect(why.stdout).toMatch(/^shop is ACTIVE\n {2}\S+ \S+ {2}\w+ {2}by sagas\n {2}from .*OperationOutcomeReached/)
      expect(why.stdout).toContain('shop is HEALTHY: a client query over the endpoint succeeded\n')
      const [{ id: operation } = { id: '' }] = await cli.json<{ id: string }[]>([
        'operation',
        'list',
        '--instance',
        'shop',
      ])
      const traced = await cli.json<{ effects: { type: string }[] }>(['trace', operation])
      expect(traced.effects.map(({ type }) => type)).toContain('OperationSucceeded')
      expect((await cli(['trace', operation])).stdout).toMatch(
        /^\S+ \S+ {2}Instance\w*Requested .*\[\w+Instance, request \S+ from 127\.0\.0\.0\/24 by coffer\/\S+\]$/m,
      )
      const asked = await cli.json<readonly { type: string }[]>(['events', '--command', 'createInstance'])
      expect(asked.map(({ type }) => type)).toContain('InstanceRequested')
      const byAdmin = await cli.json<readonly { actor: { name: string } }[]>(['events', '--role', 'admin'])
      expect(new Set(byAdmin.map(({ actor }) => actor.name))).toEqual(new Set(['admin']))
      const following = cli.follow(['events', '--instance', 'shop', '--follow', '-o', 'json', '--limit', '3'])
      const ids = () => following.lines().map((line) => (JSON.parse(line) as { id: string }).id)
      await waitFor('the latest events', () => ids().length >= 3)
      await cli.json(['instance', 'restart', 'shop', '--wait'])
      const all = await cli.json<{ id: string; type: string }[]>(['events', '--instance', 'shop', '--limit', '500'])
      const last = all.findLast(({ type }) => type === 'OperationSucceeded')?.id ?? ''
      await waitFor('the end of the restart', () => ids().includes(last))
      expect(await following.interrupt()).toBe(130)
      const known = all.map(({ id }) => id)
      const begin = known.indexOf(ids()[0] ?? '')
      expect(ids().slice(0, known.length - begin)).toEqual(known.slice(begin).slice(0, ids().length))
    })

    it('lets a reader look and refuses to let it change anything', async () => {
      const { secret, id } = await cli.json<{ secret: string; id: string }>([
        'token',
        'issue',
        'ci',
        '--role',
        'reader',
      ])
      const env = { COFFER_TOKEN: secret }
      expect((await cli(['instance', 'list'], { env })).stdout).toContain('shop')
      expect((await cli(['instance', 'stop', 'shop'], { env })).code).toBe(2)
      expect((await cli(['admin', 'rebuild-views', '--verify'], { env })).code).toBe(2)
      expect((await cli(['token', 'revoke', id])).code).toBe(0)
      const { code, stderr } = await cli(['instance', 'list'], { env })
      expect(code).toBe(2)
      expect(stderr).toContain('the token is not accepted')
    })

    it('lists and revokes join tokens', async () => {
      const join = ['admin', 'host', 'join-token']
      const { id } = await cli.json<{ id: string }>(join)
      type Listed = { readonly id: string; readonly state: string }
      const stateIn = async (...options: string[]) =>
        (await cli.json<Listed[]>([...join, 'list', ...options])).find((each) => each.id === id)?.state
      expect(await stateIn()).toBe('OPEN')
      expect(await cli.json([...join, 'revoke', id.slice(-8)])).toMatchObject({ id, revoked: true })
      expect(await stateIn()).toBeUndefined()
      expect(await stateIn('--all')).toBe('REVOKED')
      const refused = await cli.json<Failure>([...join, 'revoke', id.replace(/.{12}$/, '000000000000')], 2)
      expect(refused.error.code).toBe('NOT_FOUND')
    })

    it('compares the live views with rebuilt ones, and builds them anew', async () => {
      const views = await cli.json<{ view: string; equal: boolean }[]>(['admin', 'rebuild-views', '--verify'])
      expect(views.map(({ view, equal }) => ({ view, equal }))).toEqual(
        viewNames.map((view) => ({ view, equal: true })),
      )
      expect((await cli(['admin', 'rebuild-views'])).code).toBe(0)
      expect(await cli.json(['instance', 'show', 'shop'])).toMatchObject({ id: shop.id, status: 'ACTIVE' })
    })

    it('says what to do when no server answers, and ends with 1', async () => {
      const { code, stderr } = await cli(['instance', 'list'], { env: { COFFER_URL: 'http://127.0.0.1:9' } })
      expect(code).toBe(1)
      expect(stderr).toContain('http://127.0.0.1:9')
      expect(stderr).not.toContain('    at ')
    })

    // Roles in processes of their own share one, which their operator makes.
    if (site.form === 'embedded')
      it('leaves the admin token readable by its owner alone', () => {
        const file = join(site.controlDir, 'admin-token')
        expect(existsSync(file) && statSync(file).mode & 0o777).toBe(0o600)
      })
  })
})
