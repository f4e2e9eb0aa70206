import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { InstanceFragment as Instance } from '../../ops/cli/generated/graphql.ts'
import { readEffects } from '../support/embedded-log.ts'
import { isListening, noTraces, postmastersOf, tracesOfInstance } from '../support/host-traces.ts'
import { type Login, loginTo, queryOnce } from '../support/postgresql-client.ts'
import { type Change, createServerApi, type ServerApi } from '../support/server-api.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { createServerSite } from '../support/server-site.ts'
import { type CrashPoint, describePoint } from './crash-point.ts'

const crashingServer = fileURLToPath(new URL('crashing-server.ts', import.meta.url))
const site = createServerSite('faults')
afterEach(site.killServers)

const beforeAppend = (type: string): CrashPoint => ({ at: 'append', when: 'before', type })
const afterAppend = (type: string): CrashPoint => ({ at: 'append', when: 'after', type })
const result = (when: 'before' | 'after', nth = 1): CrashPoint => ({ at: 'result', when, nth })

type Made = { readonly instance: Instance; readonly login: Login }

const make = async (api: ServerApi, name: string): Promise<Made> => {
  const made = await api.provision({ name, databases: [{ name: 'app' }], users: [{ name: 'app' }] })
  const [credential] = made.credentials
  if (!credential) throw new Error('no credentials were given')
  return { instance: made.instance, login: loginTo(made.instance, credential) }
}

/** Asks a server for it that dies at this point, and a server that lives for the same again. It is left running. */
const changeThroughCrash = async (
  kind: Change,
  id: string,
  point: CrashPoint,
): Promise<{ readonly server: ServerProcess; readonly after: Instance }> => {
  const key = `${kind} ${id} ${describePoint(point)}`
  const doomed = await site.start({ program: crashingServer, args: [JSON.stringify(point)] })
  await createServerApi(doomed)
    .change(kind, id, key)
    .catch(() => null)
  expect(await doomed.ended).toMatchObject({ signal: 'SIGKILL' })
  const server = await site.start()
  const api = createServerApi(server)
  const { operation } = await api.change(kind, id, key)
  const ended = await api.operationEnd(operation.id)
  expect(ended).toMatchObject({ status: 'SUCCEEDED', kind: kind.toUpperCase() })
  expect(ended.endedAt && ended.endedAt <= ended.deadline).toBe(true)
  return { server, after: await api.settled(operation.id) }
}

describe('a server that is killed while it changes an instance, and started again', () => {
  let shop: Made
  const count = async () => (await queryOnce<{ n: number }>(shop.login, 'SELECT count(*)::int AS n FROM orders'))[0]?.n

  beforeAll(async () => {
    const server = await site.start()
    shop = await make(createServerApi(server), 'shop')
    await queryOnce(shop.login, 'CREATE TABLE orders AS SELECT generate_series(1, 10) AS id')
    // The engine goes on alone, so that what is counted below are the starts of the operations.
    await server.kill()
  })

  it.each(
    [
      afterAppend('InstanceRestartRequested'),
      beforeAppend('OperationStarted'),
      result('before'),
      result('after'),
      beforeAppend('InstanceRestarted'),
      beforeAppend('OperationSucceeded'),
    ].map((point) => [describePoint(point), point] as const),
  )('killed %s restarts it once', async (_name, point) => {
    const [pid] = postmastersOf(site.dataDir, shop.instance.id)
    const starts = readEffects(site.dataDir, shop.instance.id).length
    const { server, after } = await changeThroughCrash('restart', shop.instance.id, point)
    expect(after).toMatchObject({ status: 'ACTIVE', endpoint: shop.instance.endpoint })
    expect(readEffects(site.dataDir, shop.instance.id)).toHaveLength(starts + 1)
    const pids = postmastersOf(site.dataDir, shop.instance.id)
    expect(pids).toHaveLength(1)
    expect(pids).not.toEqual([pid])
    expect(await count()).toBe(10)
    await server.kill()
  })

  it.each(
    [
      [afterAppend('InstanceStopRequested'), afterAppend('InstanceStartRequested')],
      [result('before'), result('before')],
      [result('after'), result('after')],
      [beforeAppend('InstanceStopped'), beforeAppend('InstanceStarted')],
    ].map(
      ([stop, start]) => [describePoint(stop as CrashPoint), describePoint(start as CrashPoint), stop, start] as const,
    ),
  )('killed %s stops it, and killed %s starts it once with its data', async (_stopName, _startName, stop, start) => {
    const { id } = shop.instance
    const starts = readEffects(site.dataDir, id).length
    const stopped = await changeThroughCrash('stop', id, stop as CrashPoint)
    expect(stopped.after).toMatchObject({ status: 'STOPPED' })
    expect(postmastersOf(site.dataDir, id)).toEqual([])
    expect(isListening(shop.login.endpoint.port)).toBe(false)
    await stopped.server.kill()

    const started = await changeThroughCrash('start', id, start as CrashPoint)
    expect(started.after).toMatchObject({ status: 'ACTIVE', endpoint: shop.instance.endpoint })
    expect(readEffects(site.dataDir, id)).toHaveLength(starts + 1)
    expect(postmastersOf(site.dataDir, id)).toHaveLength(1)
    expect(await count()).toBe(10)
    await started.server.kill()
  })
})

describe('a server that is killed while it deletes an instance, and started again', () => {
  const points = [
    afterAppend('InstanceDeletionRequested'),
    beforeAppend('OperationStarted'),
    result('before'),
    result('after'),
    beforeAppend('InstanceDeleted'),
    beforeAppend('QuotaReleased'),
    beforeAppend('HostCapacityReleased'),
    beforeAppend('OperationSucceeded'),
  ]
  let next: Made
  beforeAll(async () => {
    const server = await site.start()
    next = await make(createServerApi(server), 'to-be-deleted')
    await server.kill()
  })

  it.each(points.map((point) => [describePoint(point), point] as const))(
    'killed %s leaves nothing of it',
    async (_name, point) => {
      const { instance, login } = next
      const { server, after } = await changeThroughCrash('delete', instance.id, point)
      expect(after).toMatchObject({ status: 'DELETED' })
      expect(tracesOfInstance(site.dataDir, instance.id)).toEqual(noTraces)
      expect(isListening(login.endpoint.port)).toBe(false)
      next = await make(createServerApi(server), 'to-be-deleted')
      await server.kill()
    },
  )

  it('gives back all quota and capacity but those of the instances that are left, and the views say what the log says', async () => {
    const server = await site.start()
    const { quota } = await createServerApi(server).request<{ quota: { used: { instances: number } } }>(
      '{ quota { used { instances } } }',
    )
    expect(quota.used.instances).toBe(2)
    const views = await site.cli.json<{ equal: boolean }[]>(['admin', 'rebuild-views', '--verify'])
    expect(views.filter(({ equal }) => !equal)).toEqual([])
    await server.stop()
  })
})
