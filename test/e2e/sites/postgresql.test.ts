import { beforeAll, describe, expect, it } from 'vitest'
import {
  EventsDocument,
  HostsDocument,
  type InstanceFragment as Instance,
  InstancesDocument,
  QuotaDocument,
} from '../../../ops/cli/generated/graphql.ts'
import type { Connection } from '../../../ops/cli/pages.ts'
import { onEverySite } from '../../support/every-site.ts'
import { filesOfHost, isListening, noTraces, postmastersOf, tracesOfInstance } from '../../support/host-traces.ts'
import { loginTo, postmasterStart, queryOnce } from '../../support/postgresql-client.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import { waitFor } from '../../support/wait-for.ts'

type Made = Instance & { readonly credentials: readonly { user: string; password: string; uri: string }[] }

onEverySite('postgresql', (site) => {
  let api: ServerApi
  let shop: Made
  let login: ReturnType<typeof loginTo>

  beforeAll(async () => {
    api = createServerApi(await site.start())
    const options = ['--datastore', 'postgresql', '--flavor', 'tiny', '--database', 'app', '--user', 'app', '--wait']
    shop = await site.cli.json<Made>(['instance', 'create', 'shop', ...options])
    login = loginTo(shop, credential())
  })

  const credential = () => {
    const [first] = shop.credentials
    if (!first) throw new Error('no credentials were given')
    return first
  }
  const count = async () => (await queryOnce<{ n: number }>(login, 'SELECT count(*)::int AS n FROM orders'))[0]?.n
  const now = () => api.instance(shop.id)

  describe('a PostgreSQL made by the command line', () => {
    it('is ACTIVE and healthy, and answers the first query of its user at once', async () => {
      expect(shop).toMatchObject({ name: 'shop', status: 'ACTIVE', health: 'HEALTHY', datastore: 'postgresql' })
      const [row] = await queryOnce<{ user: string; database: string; version: string }>(
        login,
        `SELECT session_user AS "user", current_database() AS database, current_setting('server_version') AS version`,
      )
      expect(row).toEqual({ user: 'app', database: 'app', version: shop.version })
    })

    it('lets its user create and fill tables', async () => {
      await queryOnce(login, 'CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id')
      expect(await count()).toBe(1000)
    })

    it('speaks TLS with a certificate of the CA that was offered, for the host that was told', async () => {
      const [row] = await queryOnce<{ ssl: boolean; version: string }>(
        login,
        'SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      )
      expect(row).toEqual({ ssl: true, version: 'TLSv1.3' })
      expect(credential().uri).toContain('sslmode=verify-full')
    })

    it('is not believed by a client that trusts another CA, or expects another host', async () => {
      const system = { ...login, ca: '' }
      await expect(queryOnce(system, 'SELECT 1')).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
      const elsewhere = { ...login, endpoint: { ...login.endpoint, host: '127.0.0.2' } }
      await expect(queryOnce(elsewhere, 'SELECT 1')).rejects.toThrow()
    })

    it('refuses connections without TLS', async () => {
      await expect(queryOnce({ ...login, ca: null }, 'SELECT 1')).rejects.toMatchObject({ code: '28000' })
    })

    it.each([
      ['another password', { password: 'not-the-password' }, '28P01'],
      ['a user who does not exist', { user: 'nobody_here' }, '28P01'],
      ['a database of the engine itself', { database: 'template1' }, '42501'],
      ['the superuser', { user: 'postgres', database: 'postgres' }, '28'],
    ])('refuses %s', async (_what, wrong, code) => {
      const error = await queryOnce({ ...login, ...wrong }, 'SELECT 1').then(
        () => null,
        (reason: { code?: string }) => reason,
      )
      expect(error?.code?.slice(0, code.length)).toBe(code)
    })

    it('is another process after a restart, with the same data and endpoint', async () => {
      const before = await postmasterStart(login)
      const restarted = await api.changeAndWait('restart', shop.id)
      expect(restarted).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY', endpoint: shop.endpoint })
      expect(await postmasterStart(login)).not.toBe(before)
      expect(await count()).toBe(1000)
    })

    it('does not run and is not reachable while it is stopped, and has its data again once it is started', async () => {
      const [pid] = postmastersOf(site.dataDir, shop.id)
      expect(await api.changeAndWait('stop', shop.id)).toMatchObject({ status: 'STOPPED' })
      expect(postmastersOf(site.dataDir, shop.id)).toEqual([])
      expect(isListening(login.endpoint.port)).toBe(false)

      const started = await api.changeAndWait('start', shop.id)
      expect(started).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY', endpoint: shop.endpoint })
      expect(postmastersOf(site.dataDir, shop.id)).not.toEqual([pid])
      expect(await count()).toBe(1000)
    })

    it('is back within seconds when its engine is killed, and the log tells of it', async () => {
      const [pid = 0] = postmastersOf(site.dataDir, shop.id)
      const before = await postmasterStart(login)
      const killedAt = performance.now()
      process.kill(pid, 'SIGKILL')
      await waitFor('a new engine that answers', async () => {
        const start = await postmasterStart(login).catch(() => before)
        return start !== before
      })
      expect(performance.now() - killedAt).toBeLessThan(15_000)
      expect(await count()).toBe(1000)

      const transitions = await waitFor('health to be reported', async () => {
        const { events } = await api.request<{ events: Connection<{ data: { health: string } }> }>(EventsDocument, {
          filter: { instanceId: shop.id, types: ['InstanceHealthChanged'] },
          first: 2,
        })
        const [last, previous] = events.edges.map(({ node }) => node.data.health)
        return last === 'HEALTHY' && previous
      })
      expect(transitions).toBe('UNHEALTHY')
      expect(await now()).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
    })

    it('leaves no process, port, file, user, cgroup or mount when it is deleted', async () => {
      const seen = Object.entries(tracesOfInstance(site.dataDir, shop.id))
      const isolation = await hostIsolation()
      // What is looked for was there, as far as this host isolates: a search that finds nothing proves nothing by itself.
      const expected = [
        'processes',
        'files',
        ...(isolation.unixUser ? ['users', 'groups'] : []),
        ...(isolation.cgroup === 'none' ? [] : ['cgroups']),
        ...(isolation.volume === 'loop' ? ['mounts', 'loopDevices'] : []),
      ]
      expect(seen.filter(([, found]) => found.length > 0).map(([kind]) => kind)).toEqual(expected)
      expect(isListening(login.endpoint.port)).toBe(true)

      expect(await api.changeAndWait('delete', shop.id)).toMatchObject({ status: 'DELETED' })
      expect(tracesOfInstance(site.dataDir, shop.id)).toEqual(noTraces)
      expect(isListening(login.endpoint.port)).toBe(false)
      await expect(queryOnce(login, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    })

    it('gives back what it held of the quota and of the host', async () => {
      const { quota } = await api.request<{ quota: { used: object } }>(QuotaDocument)
      expect(quota.used).toEqual({ instances: 0, vcpus: 0, memoryMiB: 0, volumeGiB: 0, backupGiB: 0 })
      expect((await host()).claimed).toEqual({ vcpus: 0, memoryMiB: 0, volumeGiB: 0 })
    })
  })

  type Host = {
    readonly claimed: object
    readonly isolation: { readonly unixUser: boolean; readonly cgroup: string; readonly volume: string }
  }

  const host = async (): Promise<Host> => {
    const { hosts } = await api.request<{ hosts: Connection<Host> }>(HostsDocument)
    const [found] = hosts.edges
    if (!found) throw new Error('there is no host')
    return found.node
  }

  const hostIsolation = async () => (await host()).isolation

  describe('a host', () => {
    it('has the same files after an instance was made and deleted as before', async () => {
      const before = filesOfHost(site.dataDir)
      const { instance } = await api.provision({
        name: 'passing',
        databases: [{ name: 'app' }],
        users: [{ name: 'app' }],
      })
      expect(filesOfHost(site.dataDir).length).toBeGreaterThan(before.length + 100)
      await api.changeAndWait('delete', instance.id)
      expect(filesOfHost(site.dataDir)).toEqual(before)
    })
  })

  describe('two creates with one idempotency key', () => {
    it('make one instance and give the same credentials, also side by side', async () => {
      const input = { name: 'twice', databases: [{ name: 'app' }], users: [{ name: 'app' }], idempotencyKey: 'one-key' }
      const [first, second] = await Promise.all([api.create(input), api.create(input)])
      expect(second.instance.id).toBe(first.instance.id)
      expect(second.credentials).toEqual(first.credentials)
      expect([first.replayed, second.replayed].sort()).toEqual([false, true])

      const made = await api.settled(first.operation.id)
      const third = await api.create(input)
      expect(third).toMatchObject({ replayed: true, credentials: first.credentials, instance: { id: made.id } })
      expect(postmastersOf(site.dataDir, made.id)).toHaveLength(1)
      const { instances } = await api.request<{ instances: Connection<Instance> }>(InstancesDocument, {
        filter: { name: 'twice' },
      })
      expect(instances.edges).toHaveLength(1)
      const [given] = first.credentials
      if (!given) throw new Error('no credentials were given')
      await queryOnce(loginTo(made, given), 'SELECT 1')

      const other = await api.tryCreate({ ...input, name: 'another' })
      expect(other).toMatchObject({ __typename: 'Refusal', code: 'IDEMPOTENCY_KEY_REUSED' })
    })
  })
})
