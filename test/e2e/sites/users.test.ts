import { beforeAll, describe, expect, it } from 'vitest'
import {
  AccountsDocument,
  type AccountsQuery,
  ChangePasswordDocument,
  CreateUsersDocument,
  type CredentialFragment as Credential,
  DeleteUsersDocument,
  DisableRootDocument,
  EnableRootDocument,
  GrantAccessDocument,
  RevokeAccessDocument,
} from '../../../ops/cli/generated/graphql.ts'
import type { Refusal } from '../../../ops/cli/mutate.ts'
import { onEverySite } from '../../support/every-site.ts'
import { loginTo, queryOnce } from '../../support/postgresql-client.ts'
import { type Changed, createServerApi, type ServerApi } from '../../support/server-api.ts'
import { makeShop, ordersOfShop, type Shop } from '../../support/shop.ts'
import { waitFor } from '../../support/wait-for.ts'

type Answer = Changed & { readonly credentials: readonly Credential[] }
const documents = {
  create: CreateUsersDocument,
  delete: DeleteUsersDocument,
  password: ChangePasswordDocument,
  grant: GrantAccessDocument,
  revoke: RevokeAccessDocument,
  enableRoot: EnableRootDocument,
  disableRoot: DisableRootDocument,
} as const
type Verb = keyof typeof documents

onEverySite('users', (site) =>
  describe('the users of a server that runs', () => {
    let api: ServerApi
    let shop: Shop

    beforeAll(async () => {
      api = createServerApi(await site.start({}))
      shop = await makeShop(api)
    })

    const ask = async (verb: Verb, input: object): Promise<Answer | Refusal> => {
      const variables = { input: { id: shop.instance.id, ...input } }
      return (await api.request<{ result: Answer | Refusal }>(documents[verb], variables)).result
    }
    /** The answer says how it ended: nobody has to ask again. */
    const carryOut = async (verb: Verb, input: object): Promise<Answer> => {
      const answer = await api.mutate<Answer>(documents[verb], { id: shop.instance.id, ...input })
      expect(answer.operation).toMatchObject({ status: 'SUCCEEDED', fault: null })
      return answer
    }
    const as = ({ user, password }: Pick<Credential, 'user' | 'password'>, text: string) =>
      queryOnce({ ...loginTo(shop.instance, { user, password }), database: 'app' }, text)
    const passwordOf = ({ credentials: [credential] }: Answer): string => credential?.password ?? ''

    it('are made together, with what they may do, and shown by the answer', async () => {
      const users = [
        { name: 'reads', level: 'READ' },
        { name: 'writes', level: 'WRITE', password: `it's "so" \\ %$` },
      ]
      const { credentials, instance } = await carryOut('create', { users })
      expect(instance.users.map(({ name, access }) => [name, access])).toEqual([
        ['app', [{ database: 'app', level: 'ALL' }]],
        ['reads', [{ database: 'app', level: 'READ' }]],
        ['writes', [{ database: 'app', level: 'WRITE' }]],
      ])
      expect(credentials).toMatchObject([{ user: 'reads' }, { user: 'writes', password: `it's "so" \\ %$` }])
      for (const credential of credentials) {
        expect(await as(credential, 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: ordersOfShop }])
      }
      const [reads, writes] = credentials as [Credential, Credential]
      await expect(as(reads, 'DELETE FROM orders WHERE false')).rejects.toMatchObject({ code: '42501' })
      await as(writes, 'DELETE FROM orders WHERE false')
      await as({ user: shop.login.user, password: shop.login.password }, 'CREATE TABLE later (n int)')
      await as(writes, 'INSERT INTO later VALUES (1)')
      expect(await as(reads, 'SELECT n FROM later')).toEqual([{ n: 1 }])
    })

    it('have other passwords and other access from one moment to the next', async () => {
      const changed = await carryOut('password', { name: 'reads' })
      const credential = { user: 'reads', password: passwordOf(changed) }
      await as(credential, 'SELECT 1')
      await carryOut('grant', { name: 'reads', databases: ['app'], level: 'ALL' })
      await as(credential, 'CREATE TABLE hers (n int)')
      await carryOut('revoke', { name: 'reads', databases: ['app'] })
      await expect(as(credential, 'SELECT 1')).rejects.toMatchObject({ code: '42501' })
      const { instance } = await carryOut('delete', { names: ['reads'] })
      expect(instance.users.map(({ name }) => name)).toEqual(['app', 'writes'])
      await expect(as(credential, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
      expect(await as({ user: shop.login.user, password: shop.login.password }, 'TABLE hers')).toEqual([])
    })

    it('are given the same password again under the same idempotency key', async () => {
      const wish = { users: [{ name: 'twice' }], idempotencyKey: 'make twice' }
      const [first, second] = [await carryOut('create', wish), await carryOut('create', wish)]
      expect(second).toMatchObject({ replayed: true, operationId: first.operationId })
      expect(passwordOf(second)).toBe(passwordOf(first))
      await as({ user: 'twice', password: passwordOf(second) }, 'SELECT 1')
    })

    it.each([
      ['create', { users: [{ name: 'app' }] }, 'ALREADY_EXISTS', 'users[0].name'],
      ['create', { users: [{ name: 'coffer_me' }] }, 'RESERVED_NAME', 'users[0].name'],
      ['create', { users: [{ name: 'ann', password: 'two\nlines of it' }] }, 'INVALID_INPUT', 'users[0].password'],
      ['create', { users: [{ name: 'ann', databases: ['none'] }] }, 'NOT_FOUND', 'users[0].databases[0]'],
      ['create', { users: [{ name: 'ann', host: '10.0.0.0/8' }] }, 'FEATURE_NOT_AVAILABLE', 'users[0].host'],
      ['password', { name: 'app', keepFormer: true }, 'FEATURE_NOT_AVAILABLE', 'keepFormer'],
      ['password', { name: 'nobody' }, 'NOT_FOUND', 'name'],
      ['grant', { name: 'app', databases: ['none'], level: 'READ' }, 'NOT_FOUND', 'databases[0]'],
      ['delete', { names: ['nobody'] }, 'NOT_FOUND', 'names[0]'],
    ] as const)('are refused to %s %j', async (verb, input, code, field) => {
      expect(await ask(verb, input)).toMatchObject({ code, field })
    })

    it('are not taken from who made them in SQL, and the answer says so', async () => {
      const owner = { user: shop.login.user, password: shop.login.password }
      await as(owner, `CREATE ROLE by_hand LOGIN PASSWORD 'a secret of SQL'`)
      const result = await ask('create', { users: [{ name: 'by_hand' }] })
      expect(result).toMatchObject({ operation: { status: 'FAILED', fault: { code: 'USER_EXISTS' } } })
    })

    it('are listed as the engine has them, at once or within seconds, and can be deleted whoever made them', async () => {
      const owner = { user: shop.login.user, password: shop.login.password }
      const inSql = (name: string) => ({ name, origin: 'ENGINE', missing: false })
      for (const text of ['CREATE DATABASE scratch', "CREATE ROLE by_others LOGIN PASSWORD 'a secret of SQL'"])
        await as(owner, text)
      const refreshed = await site.cli(['user', 'list', 'shop', '--refresh', '-o', 'json'])
      expect(JSON.parse(refreshed.stdout)).toContainEqual({
        ...inSql('by_others'),
        host: null,
        databases: [],
        access: [],
      })
      const listed = await site.cli(['database', 'list', 'shop'])
      expect(listed.stdout).toMatch(/NAME +USERS +MADE\n/)
      expect(listed.stdout).toMatch(/\nscratch +in SQL\n/)
      await carryOut('delete', { names: ['by_others'] })
      for (const text of ['DROP DATABASE scratch', 'CREATE DATABASE later']) await as(owner, text)
      const ofEngine = async () => {
        const { instance } = await api.request<AccountsQuery>(AccountsDocument, { id: shop.instance.id })
        return instance?.accounts ?? { databases: [], users: [] }
      }
      const app = { name: 'app', origin: 'COFFER', missing: false }
      await waitFor('the host to look', async () => (await ofEngine()).databases.some(({ name }) => name === 'later'))
      expect(await ofEngine()).toMatchObject({
        databases: [app, inSql('later')],
        users: expect.not.arrayContaining([inSql('by_others')]),
      })
      expect((await site.cli(['database', 'delete', 'shop', 'later', '--yes'])).code).toBe(0)
      expect((await ofEngine()).databases).toEqual([app])
    })

    it('are one more while root is enabled, and who did that is told', async () => {
      const { credentials, instance } = await carryOut('enableRoot', {})
      expect(instance).toMatchObject({ rootEnabled: true, users: [{ name: 'app' }, {}, {}] })
      const [root] = credentials as [Credential]
      expect(root.user).toBe('root')
      expect(await as(root, 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: ordersOfShop }])
      const { instance: after } = await carryOut('disableRoot', {})
      expect(after.rootEnabled).toBe(false)
      await expect(as(root, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
      const shown = await site.cli(['root', 'show', 'shop'])
      expect(shown.stdout).toMatch(/^shop has root disabled\n.+ {2}disabled by \S+\n.+ {2}enabled by \S+\n$/)
      expect((await site.cli(['root', 'enable', 'shop'])).stdout).toMatch(/password +\S{24}\n[\s\S]*root enabled\n$/)
      expect((await site.cli(['root', 'disable', 'shop'])).stdout).toContain('shop has root disabled')
      expect(await ask('create', { users: [{ name: 'root' }] })).toMatchObject({ code: 'RESERVED_NAME' })
    })

    it('are made, listed, changed and deleted by the command line', async () => {
      const run = async (...words: string[]) => {
        const ended = await site.cli(['user', ...words])
        expect(ended).toMatchObject({ code: 0, stderr: '' })
        return ended.stdout
      }
      expect(await run('create', 'shop', 'ann:a secret of hers', 'bob', '--level', 'read')).toContain(
        'shop has ann, bob',
      )
      expect(await run('list', 'shop')).toMatch(/ann +everywhere +read app +by Coffer\n/)
      expect(await run('password', 'shop', 'bob')).toMatch(/password +\S{24}\n/)
      expect(await run('grant', 'shop', 'bob', '--database', 'app', '--level', 'write')).toContain('bob may write')
      expect(await run('revoke', 'shop', 'bob', '--database', 'app')).toContain('bob may do nothing in app')
      expect(await run('delete', 'shop', 'ann', 'bob', '--yes')).toContain('shop has no ann, bob any more')
    })

    it('leaves views that equal those derived from the log', async () => {
      expect((await api.verifyViews()).filter(({ equal }) => !equal)).toEqual([])
    })
  }),
)
