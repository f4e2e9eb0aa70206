import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  CreateDatabaseDocument,
  DeleteDatabaseDocument,
  type InstanceFragment as Instance,
  ResizeInstanceDocument,
} from '../../../ops/cli/generated/graphql.ts'
import type { Refusal } from '../../../ops/cli/mutate.ts'
import { onEverySite } from '../../support/every-site.ts'
import { queryOnce } from '../../support/postgresql-client.ts'
import { type Changed, createServerApi, type ServerApi } from '../../support/server-api.ts'
import { makeShop, ordersOfShop, type Shop } from '../../support/shop.ts'

const verbs = { create: CreateDatabaseDocument, delete: DeleteDatabaseDocument } as const
type Verb = keyof typeof verbs
type Input = { readonly name: string; readonly users?: readonly string[]; readonly characterSet?: string }

onEverySite('databases', (site) =>
  describe('the databases of a server that runs', () => {
    let api: ServerApi
    let shop: Shop

    beforeAll(async () => {
      api = createServerApi(await site.start({ COFFER_CAPACITY_VOLUME_GIB: '6' }))
      shop = await makeShop(api)
    })

    const ask = async (verb: Verb, input: Input, id = shop.instance.id): Promise<Changed | Refusal> => {
      const variables = { input: { id, ...input } }
      return (await api.request<{ result: Changed | Refusal }>(verbs[verb], variables)).result
    }
    const begin = async (verb: Verb, input: Input): Promise<string> => {
      const { operation, operationId } = await api.mutate<Changed>(verbs[verb], { id: shop.instance.id, ...input })
      expect(operation.kind).toBe(verb === 'create' ? 'CREATE_DATABASE' : 'DELETE_DATABASE')
      return operationId
    }
    const carryOut = async (verb: Verb, input: Input): Promise<Instance> => {
      const operationId = await begin(verb, input)
      expect(await api.operationEnd(operationId)).toMatchObject({ status: 'SUCCEEDED', fault: null })
      return api.settled(operationId)
    }
    const query = (database: string, text: string) => queryOnce({ ...shop.login, database }, text)

    it('grow by one, which its users can use at once, and shrink by it', async () => {
      const made = await carryOut('create', { name: 'crm' })
      expect(made).toMatchObject({
        status: 'ACTIVE',
        databases: ['app', 'crm'],
        users: [{ name: 'app', databases: ['app', 'crm'] }],
        operation: null,
        sharedOperations: [],
      })
      await query('crm', 'CREATE TABLE leads (n int)')
      expect(await carryOut('delete', { name: 'crm' })).toMatchObject({
        databases: ['app'],
        users: [{ name: 'app', databases: ['app'] }],
      })
      await expect(query('crm', 'SELECT 1')).rejects.toMatchObject({ code: '3D000' })
      expect(await shop.countOrders()).toBe(ordersOfShop)
    })

    it('are of the users that are named, and of the character set', async () => {
      await carryOut('create', { name: 'closed', users: [], characterSet: 'LATIN1' })
      await expect(query('closed', 'SELECT 1')).rejects.toMatchObject({ code: '42501' })
      await carryOut('delete', { name: 'closed' })
    })

    it.each([
      ['create', { name: 'app' }, 'ALREADY_EXISTS', 'name'],
      ['create', { name: 'a"b' }, 'INVALID_INPUT', 'name'],
      ['create', { name: 'x'.repeat(64) }, 'INVALID_INPUT', 'name'],
      ['create', { name: 'template1' }, 'RESERVED_NAME', 'name'],
      ['create', { name: 'coffer_own' }, 'RESERVED_NAME', 'name'],
      ['create', { name: 'crm', characterSet: "'; --" }, 'INVALID_INPUT', 'characterSet'],
      ['create', { name: 'crm', users: ['nobody'] }, 'NOT_FOUND', 'users[0]'],
      ['delete', { name: 'none' }, 'NOT_FOUND', 'name'],
      ['delete', { name: 'postgres' }, 'RESERVED_NAME', 'name'],
    ] as const)('are refused to %s %j', async (verb, input, code, field) => {
      expect(await ask(verb, input)).toMatchObject({ code, field })
    })

    it('fail to be made for what the engine says against it, and are listed as they were', async () => {
      const refused = await api.operationEnd(await begin('create', { name: 'odd', characterSet: 'NO_SUCH' }))
      expect(refused).toMatchObject({
        status: 'FAILED',
        fault: { code: 'DATABASE_REFUSED', message: expect.stringContaining('"NO_SUCH"') },
      })
      await query('app', 'CREATE DATABASE by_hand')
      const taken = await api.operationEnd(await begin('create', { name: 'by_hand' }))
      expect(taken).toMatchObject({ status: 'FAILED', fault: { code: 'DATABASE_EXISTS' } })
      await query('app', 'DROP DATABASE by_hand')
      const { databases, status, fault, sharedOperations } = await api.instance(shop.instance.id)
      expect({ databases, status, fault, sharedOperations }).toEqual({
        databases: ['app'],
        status: 'ACTIVE',
        fault: null,
        sharedOperations: [],
      })
    })

    it('are made beside one another, and while the volume grows or the engine is restarted', async () => {
      const names = ['one', 'two', 'three']
      const begun = await Promise.all(names.map((name) => begin('create', { name })))
      const { operationId: restart } = await api.change('restart', shop.instance.id)
      for (const id of begun) expect(await api.operationEnd(id)).toMatchObject({ status: 'SUCCEEDED', fault: null })
      expect(await api.operationEnd(restart)).toMatchObject({ status: 'SUCCEEDED', fault: null })
      await api.settled(restart)

      const input = { id: shop.instance.id, volumeGiB: 2 }
      const grown = await api.mutate<Changed>(ResizeInstanceDocument, input)
      const four = await begin('create', { name: 'four' })
      expect(await api.operationEnd(four)).toMatchObject({ status: 'SUCCEEDED', fault: null })
      expect(await api.settled(grown.operationId)).toMatchObject({ status: 'ACTIVE', volumeGiB: 2 })
      const { databases } = await api.settled(four)
      expect([...databases].sort()).toEqual(['app', ...names, 'four'].sort())
      for (const name of [...names, 'four']) await query(name, 'SELECT 1')
    })

    it('are not made or deleted while the engine is stopped', async () => {
      await api.changeAndWait('stop', shop.instance.id)
      expect(await ask('create', { name: 'crm' })).toMatchObject({ code: 'INVALID_STATE' })
      expect(await ask('delete', { name: 'one' })).toMatchObject({ code: 'INVALID_STATE' })
      await api.changeAndWait('start', shop.instance.id)
    })

    it('go with clients in the midst of them, and the last one too', async () => {
      const busy = query('two', 'SELECT pg_sleep(60)').then(
        () => 'ended',
        ({ code }: { readonly code?: string }) => code,
      )
      await delay(500)
      for (const name of ['one', 'two', 'three', 'four', 'app']) await carryOut('delete', { name })
      expect(await busy).toBe('57P01')
      expect(await api.instance(shop.instance.id)).toMatchObject({
        databases: [],
        users: [{ name: 'app', databases: [] }],
      })
      expect(await carryOut('create', { name: 'app' })).toMatchObject({ users: [{ name: 'app', databases: ['app'] }] })
      await query('app', 'CREATE TABLE orders (n int)')
    })

    it('belong to the user who is named their owner, and to nobody else', async () => {
      const created = await site.cli(['database', 'create', 'shop', 'hers', '--owner', 'app'])
      expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining('shop has database hers') })
      const listed = await site.cli(['database', 'list', 'shop', '-o', 'json'])
      expect(JSON.parse(listed.stdout)).toContainEqual(expect.objectContaining({ name: 'hers', users: ['app'] }))
      const refused = await site.cli(['database', 'create', 'shop', 'his', '--owner', 'nobody'])
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Coffer has made no user "nobody"') })
      await site.cli(['database', 'delete', 'shop', 'hers', '--yes'])
    })

    it('are made, listed and deleted by the command line', async () => {
      const created = await site.cli(['database', 'create', 'shop', 'news', '--user', 'app', '--wait'])
      expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining('shop has database news') })
      const listed = await site.cli(['database', 'list', 'shop', '-o', 'json'])
      const made = { users: ['app'], origin: 'COFFER', missing: false }
      expect(JSON.parse(listed.stdout)).toEqual([
        { name: 'app', ...made },
        { name: 'news', ...made },
      ])
      const deleted = await site.cli(['database', 'delete', 'shop', 'news', '--yes', '--wait'])
      expect(deleted).toMatchObject({ code: 0, stdout: expect.stringContaining('shop has no database news any more') })
      const again = await site.cli(['database', 'delete', 'shop', 'news', '--wait'])
      expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('the instance has no database "news"') })
    })

    it('leaves views that equal those derived from the log', async () => {
      expect((await api.verifyViews()).filter(({ equal }) => !equal)).toEqual([])
    })
  }),
)
