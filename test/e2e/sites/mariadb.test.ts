import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type InstanceFragment as Instance, ResizeInstanceDocument } from '../../../ops/cli/generated/graphql.ts'
import { createBackupsApi } from '../../support/backups-api.ts'
import { onEverySite } from '../../support/every-site.ts'
import { fetchedEngine, fetching } from '../../support/fetched-engines.ts'
import { isListening, noTraces, tracesOfInstance } from '../../support/host-traces.ts'
import { askMariadb, type MariadbLogin } from '../../support/mariadb-client.ts'
import { type Changed, createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const engine = await fetchedEngine('mariadb')

type Shop = MariadbLogin & { readonly instance: Instance }

onEverySite('mariadb', (site) =>
  describe('a MariaDB', () => {
    if ('missing' in engine) return it('is offered', (context) => context.skip(engine.missing))
    const dir = createTempDir('mariadb')
    const settings = {
      ...fetching('mariadb'),
      ...{ COFFER_CAPACITY_VOLUME_GIB: '6', COFFER_BACKUP_URL: dir.next() },
    }
    const binDir = join(engine.build, 'usr', 'bin')
    let server: ServerProcess
    let api: ServerApi
    let shop: Shop

    const ask = (login: MariadbLogin, statements: string): Promise<string> =>
      askMariadb({ source: 'fetched', binDir }, login, statements)
    /** Gone with the process of the server, and no other one. */
    const rememberProcess = (): Promise<string> =>
      ask(shop, 'CREATE OR REPLACE TABLE lives (i INT) ENGINE = MEMORY; INSERT INTO lives VALUES (1)')
    const isSameProcess = async (): Promise<boolean> => (await ask(shop, 'SELECT COUNT(*) FROM lives')) === '1'

    it('is fetched by a host that lacks it, and offered without a restart', async () => {
      server = await site.start(settings)
      api = createServerApi(server)
      await waitFor('MariaDB to be offered', async () => {
        const { datastores } = await api.request<{ datastores: readonly { type: string }[] }>('{ datastores { type } }')
        return datastores.some(({ type }) => type === 'mariadb')
      })
    })

    it('is made, healthy, and used by its user over TLS', async () => {
      const input = { name: 'shop', datastore: 'mariadb', databases: [{ name: 'app' }], users: [{ name: 'app' }] }
      const made = await api.provision(input)
      const [credential] = made.credentials
      if (!credential) throw new Error('no credentials were given')
      const { user, password } = credential
      const { endpoint, caCertificate } = made.instance
      if (!endpoint) throw new Error('the instance has no endpoint')
      const ca = dir.next()
      writeFileSync(ca, caCertificate ?? '')
      shop = { instance: made.instance, ...endpoint, ca, user, password, database: 'app' }
      expect(made.instance).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY', databases: ['app'] })
      await ask(shop, "CREATE TABLE kept (line TEXT); INSERT INTO kept VALUES ('yes ✓')")
      expect(await ask(shop, 'SELECT line FROM kept')).toBe('yes ✓')
      await expect(ask({ ...shop, password: 'a wrong one' }, 'SELECT 1')).rejects.toThrow('Access denied')
    })

    it('is opened by the command line with the address it was given', async () => {
      const { host, port } = shop.instance.endpoint ?? {}
      const { stdout } = await site.cli(['connect', 'shop', '--print'])
      expect(stdout).toContain(`mariadb://app@${host}:${port}/app?ssl-verify-server-cert=true`)
      // On the host itself it finds the one that was fetched; the control plane's machine needs one on the path.
      const path = site.form === 'embedded' ? `${process.env.PATH}` : `${binDir}:${process.env.PATH}`
      const own = { COFFER_DB_PASSWORD: shop.password, PATH: path }
      const asked = await site.cli(['connect', 'shop', '-c', 'SELECT COUNT(*) FROM kept'], { env: own })
      expect(asked.stdout.trim()).toMatch(/\b1$/)
    })

    it.each(['restart', 'stop and start'] as const)('keeps its data through a %s', async (how) => {
      await rememberProcess()
      if (how === 'restart') await api.changeAndWait('restart', shop.instance.id)
      else {
        expect(await api.changeAndWait('stop', shop.instance.id)).toMatchObject({ status: 'STOPPED' })
        expect(isListening(shop.instance.endpoint?.port ?? 0)).toBe(false)
        await api.changeAndWait('start', shop.instance.id)
      }
      expect(await ask(shop, 'SELECT line FROM kept')).toBe('yes ✓')
      expect(await isSameProcess()).toBe(false)
    })

    // The distributed form has its agent in a process that this one's death does not concern.
    if (site.form === 'embedded') {
      it('serves on while its agent is dead, and is adopted by the next', async () => {
        await rememberProcess()
        await server.kill()
        expect(await ask(shop, 'SELECT line FROM kept')).toBe('yes ✓')
        server = await site.start(settings)
        api = createServerApi(server)
        await waitFor('the adopted MariaDB to be healthy', async () => {
          const { status, health } = await api.instance(shop.instance.id)
          return status === 'ACTIVE' && health === 'HEALTHY'
        })
        expect(await isSameProcess()).toBe(true)
      })
    }

    it('gets another flavor as it runs, and a larger volume, and goes on', async () => {
      await rememberProcess()
      const resize = (size: object) => api.mutate<Changed>(ResizeInstanceDocument, { id: shop.instance.id, ...size })
      const { operationId } = await resize({ flavor: 'small' })
      const ended = await api.operationEnd(operationId)
      expect(ended).toMatchObject({ status: 'SUCCEEDED' })
      expect(ended.steps.map(({ name }) => name)).toEqual(['engine', 'verify'])
      expect(await api.settled(operationId)).toMatchObject({ flavor: 'small', volumeGiB: 1 })
      expect(await isSameProcess()).toBe(true)
      expect(Number(await ask(shop, 'SELECT @@innodb_buffer_pool_size >> 20'))).toBeGreaterThanOrEqual(614)
      const grown = await resize({ volumeGiB: 2 })
      expect(await api.operationEnd(grown.operationId)).toMatchObject({ status: 'SUCCEEDED' })
      expect(await api.settled(grown.operationId)).toMatchObject({ volumeGiB: 2 })
      expect(await ask(shop, 'SELECT line FROM kept')).toBe('yes ✓')
    })

    it('is backed up as it serves, becomes a new instance with its users, and its backup is proven by a restore', async () => {
      const backups = createBackupsApi(api)
      const backup = await backups.take(shop.instance.id)
      expect(backup).toMatchObject({ datastore: 'mariadb', databases: ['app'], users: ['app'] })
      await ask(shop, "INSERT INTO kept VALUES ('later')")
      const { endpoint, caCertificate, ...copy } = await backups.restored({ name: 'copy', fromBackup: backup.id })
      expect(copy).toMatchObject({ status: 'ACTIVE', databases: ['app'] })
      if (!endpoint) throw new Error('the copy has no endpoint')
      const ca = dir.next()
      writeFileSync(ca, caCertificate ?? '')
      const login = { ...shop, ...endpoint, ca }
      expect(await ask(login, 'SELECT line FROM kept')).toBe('yes ✓')
      await ask(login, "INSERT INTO kept VALUES ('in the copy')")
      expect(await ask(shop, 'SELECT COUNT(*) FROM kept')).toBe('2')
      await api.changeAndWait('delete', copy.id)
      await backups.verify(backup.id)
      const proof = await backups.proofOf(backup.id)
      expect(proof).toMatchObject({ status: 'PROVEN', fault: null })
      expect(proof.rows).toBeGreaterThan(1)
    })

    it('is deleted, and nothing of it is left', async () => {
      await api.changeAndWait('delete', shop.instance.id)
      expect(tracesOfInstance(site.dataDir, shop.instance.id)).toEqual(noTraces)
    })
  }),
)
