import { describe, expect, it } from 'vitest'
import { type InstanceFragment as Instance, ResizeInstanceDocument } from '../../../ops/cli/generated/graphql.ts'
import { createBackupsApi } from '../../support/backups-api.ts'
import { onEverySite } from '../../support/every-site.ts'
import { hasProgram } from '../../support/fetch-once.ts'
import { fetchedEngine, fetching } from '../../support/fetched-engines.ts'
import { isListening, noTraces, tracesOfInstance } from '../../support/host-traces.ts'
import { withRedis } from '../../support/redis-client.ts'
import { type Changed, createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const engine = await fetchedEngine('redis')

type Login = { readonly instance: Instance; readonly user: string; readonly password: string }

/** One command as a client sends it, over TLS with the server verified. Rejects for what Redis refuses. */
const askAs = async ({ instance, user, password }: Login, command: string, ...args: string[]): Promise<unknown> => {
  const { endpoint, caCertificate: ca } = instance
  if (!endpoint || !ca) throw new Error('the instance has no endpoint')
  return withRedis({ ...endpoint, ca, user, password }, (client) => client.call(command, ...args))
}

onEverySite('redis', (site) =>
  describe('a Redis', () => {
    if ('missing' in engine) return it('is offered', (context) => context.skip(engine.missing))
    let server: ServerProcess
    let api: ServerApi
    let cache: Login

    const runOf = async (): Promise<string | undefined> =>
      /^run_id:(\w+)/m.exec(String(await askAs(cache, 'INFO', 'server')))?.[1]

    it('is offered as soon as a host that has it has registered', async () => {
      const own = { COFFER_CAPACITY_VOLUME_GIB: '6', COFFER_BACKUP_URL: createTempDir('redis').next() }
      server = await site.start({ ...fetching('redis'), ...own })
      api = createServerApi(server)
      await waitFor('Redis to be offered', async () => {
        const { datastores } = await api.request<{ datastores: readonly { type: string }[] }>('{ datastores { type } }')
        return datastores.some(({ type }) => type === 'redis')
      })
    })

    it('has no databases that can be named, and says so', async () => {
      const input = { name: 'cache', datastore: 'redis', databases: [{ name: 'app' }] }
      expect(await api.tryCreate(input)).toMatchObject({
        code: 'FEATURE_NOT_AVAILABLE',
        field: 'databases[0].name',
        message: 'Redis has numbered databases that are always there: none can be named',
      })
    })

    it('is made, healthy, and used by its user over TLS', async () => {
      const made = await api.provision({ name: 'cache', datastore: 'redis', users: [{ name: 'app' }] })
      const [credential] = made.credentials
      if (!credential) throw new Error('no credentials were given')
      cache = { instance: made.instance, user: credential.user, password: credential.password }
      expect(made.instance).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY', datastore: 'redis', databases: [] })
      expect(await askAs(cache, 'SET', 'kept', 'yes')).toBe('OK')
      expect(await askAs(cache, 'CONFIG', 'GET', 'maxmemory').catch(String)).toContain('NOPERM')
      await expect(askAs({ ...cache, password: 'a wrong one' }, 'GET', 'kept')).rejects.toThrow('Connection is closed')
    })

    it('is opened by the command line with the address it was given', async () => {
      const { stdout } = await site.cli(['connect', 'cache', '--print'])
      const { host, port } = cache.instance.endpoint ?? {}
      expect(stdout.trim()).toBe(`rediss://app@${host}:${port}/`)
      const env = { COFFER_DB_PASSWORD: cache.password }
      // Beside the server there is the client that was fetched with it; elsewhere, without one, people are told the address.
      const hasClient = site.form === 'embedded' || (await hasProgram('redis-cli', '--version'))
      const answer = hasClient ? 'yes' : `rediss://app@${host}:${port}/`
      expect((await site.cli(['connect', 'cache', '-c', 'GET kept'], { env })).stdout.trim()).toBe(answer)
    })

    it.each(['restart', 'stop and start'] as const)('keeps its data through a %s', async (how) => {
      const before = await runOf()
      if (how === 'restart') await api.changeAndWait('restart', cache.instance.id)
      else {
        expect(await api.changeAndWait('stop', cache.instance.id)).toMatchObject({ status: 'STOPPED' })
        expect(isListening(cache.instance.endpoint?.port ?? 0)).toBe(false)
        await api.changeAndWait('start', cache.instance.id)
      }
      expect(await askAs(cache, 'GET', 'kept')).toBe('yes')
      expect(await runOf()).not.toBe(before)
    })

    // The distributed form has its agent in a process that this one's death does not concern.
    if (site.form === 'embedded') {
      it('serves on while its agent is dead, and is adopted by the next', async () => {
        const before = await runOf()
        await server.kill()
        expect(await askAs(cache, 'GET', 'kept')).toBe('yes')
        const own = { COFFER_CAPACITY_VOLUME_GIB: '6', COFFER_BACKUP_URL: createTempDir('redis').next() }
        server = await site.start({ ...fetching('redis'), ...own })
        api = createServerApi(server)
        await waitFor('the adopted Redis to be healthy', async () => {
          const { status, health } = await api.instance(cache.instance.id)
          return status === 'ACTIVE' && health === 'HEALTHY'
        })
        expect(await runOf()).toBe(before)
      })
    }

    it('gets another flavor and a larger volume as it runs, and gives memory back with a restart', async () => {
      const resize = async (size: object) => {
        const input = { id: cache.instance.id, ...size }
        const { operationId } = await api.mutate<Changed>(ResizeInstanceDocument, input)
        const { status, steps } = await api.operationEnd(operationId)
        const settled = await api.settled(operationId)
        return { status, steps: steps.map(({ name }) => name), flavor: settled.flavor, volumeGiB: settled.volumeGiB }
      }
      const before = await runOf()
      const larger = { status: 'SUCCEEDED', steps: ['engine', 'verify'], flavor: 'small', volumeGiB: 1 }
      expect(await resize({ flavor: 'small' })).toEqual(larger)
      expect(await runOf()).toBe(before)
      // Which may take a restart, on a host that cannot grow what is in use.
      expect(await resize({ volumeGiB: 2 })).toEqual({ ...larger, steps: ['volume'], volumeGiB: 2 })
      const back = { status: 'SUCCEEDED', steps: ['engine', 'restart', 'verify'], flavor: 'tiny', volumeGiB: 2 }
      expect(await resize({ flavor: 'tiny' })).toEqual(back)
      expect(await runOf()).not.toBe(before)
      expect(await askAs(cache, 'GET', 'kept')).toBe('yes')
    })

    it('is backed up as it serves, becomes a new instance with its users, and its backup is proven by a restore', async () => {
      const backups = createBackupsApi(api)
      const backup = await backups.take(cache.instance.id)
      expect(backup).toMatchObject({ datastore: 'redis', databases: [], users: ['app'] })
      await askAs(cache, 'SET', 'kept', 'later')
      const copy = await backups.restored({ name: 'copy', fromBackup: backup.id })
      expect(await askAs({ ...cache, instance: copy }, 'GET', 'kept')).toBe('yes')
      await askAs({ ...cache, instance: copy }, 'SET', 'kept', 'in the copy')
      expect(await askAs(cache, 'GET', 'kept')).toBe('later')
      await askAs(cache, 'SET', 'kept', 'yes')
      await api.changeAndWait('delete', copy.id)
      await backups.verify(backup.id)
      expect(await backups.proofOf(backup.id)).toMatchObject({ status: 'PROVEN', rows: 1, fault: null })
    })

    it('is deleted, and nothing of it is left', async () => {
      await api.changeAndWait('delete', cache.instance.id)
      expect(tracesOfInstance(site.dataDir, cache.instance.id)).toEqual(noTraces)
    })
  }),
)
