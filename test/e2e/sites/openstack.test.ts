import pg from 'pg'
import { beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { absentCommands, absentRoutes } from '../../../rest/absent-routes.ts'
import { routes } from '../../../rest/routes.ts'
import { onEverySite } from '../../support/every-site.ts'
import { commandsOf, openstackClient, runOneOpenstack, runOpenstack } from '../../support/openstack-client.ts'
import type { Tool } from '../../support/postgresql-tools/tools.ts'
import { createServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const password = 'a-long-enough-password'

const store = createTempDir('openstack-backups')

onEverySite('openstack', (site) => {
  let client: Tool
  let server: ServerProcess
  let token: string
  beforeAll(async () => {
    const [fetched, started] = await Promise.all([openstackClient(), site.start({ COFFER_BACKUP_URL: store.next() })])
    client = fetched
    server = started
    const issued = await site.cli.json<{ secret: string }>(['token', 'issue', 'openstack', '--role', 'admin'])
    token = issued.secret
  })
  const pathOf = (context: TestContext): string => ('missing' in client ? context.skip(client.missing) : client.path)
  const login = () => ({ OS_AUTH_TYPE: 'admin_token', OS_ENDPOINT: `${server.url}/v1.0/default`, OS_TOKEN: token })

  describe('the client of OpenStack', () => {
    it('makes a database, which answers, and works on it', async (context) => {
      const packages = pathOf(context)
      const users = `--databases app --users app:${password}`
      const [created = ''] = await runOpenstack(packages, login(), [
        `database instance create shop --flavor tiny --size 1 --datastore postgresql ${users} -f json`,
      ])
      const { id } = JSON.parse(created)
      const { request } = createServerApi(server)
      const ask = 'query ($id: ID!) { instance(id: $id) { status caCertificate endpoint { host port } } }'
      const read = async () =>
        (
          await request<{
            instance: { status: string; caCertificate: string; endpoint: { host: string; port: number } }
          }>(ask, { id })
        ).instance
      await waitFor('the instance', async () => (await read()).status === 'ACTIVE')
      const { caCertificate, endpoint } = await read()
      const own = new pg.Client({ ...endpoint, user: 'app', password, database: 'app', ssl: { ca: caCertificate } })
      await own.connect()
      expect((await own.query('SELECT session_user AS me')).rows).toEqual([{ me: 'app' }])
      await own.end()

      const [list = '', show = '', , , missing = '', flavors = '', version = '', limits = '', quota = ''] =
        await runOpenstack(packages, login(), [
          'database instance list -f json',
          'database instance show shop -f json',
          'database db create shop more',
          'database instance update shop --name store',
          'database instance show shop',
          'database flavor list -f json',
          'datastore show postgresql -f json',
          'database limit list',
          'database quota show default -f json',
        ])
      expect(JSON.parse(list)).toMatchObject([
        { ID: id, Name: 'shop', Status: 'ACTIVE', Datastore: 'postgresql', Size: 1 },
      ])
      expect(JSON.parse(show)).toMatchObject({
        id,
        ip: endpoint.host,
        port: endpoint.port,
        operating_status: 'HEALTHY',
      })
      expect(missing).toBe("No instance with a name or ID of 'shop' exists.\n")
      expect(JSON.parse(flavors)).toContainEqual(expect.objectContaining({ ID: 'tiny', RAM: 512 }))
      expect(JSON.parse(version)).toMatchObject({ id: 'postgresql', name: 'postgresql' })
      expect(limits).toMatch(/max_instances +\| 20/)
      expect(JSON.parse(quota)).toContainEqual({ Resource: 'instances', 'In Use': 1, Reserved: 0, Limit: 20 })
      await waitFor('the database', async () => {
        const [databases = ''] = await runOpenstack(packages, login(), ['database db list store -f json'])
        return JSON.parse(databases).length === 2
      })
    })

    it('has an instance follow a configuration group', async (context) => {
      const packages = pathOf(context)
      const { id } = (await createServerApi(server).provision({ name: 'tuned' })).instance
      const [parameter = ''] = await runOpenstack(packages, login(), [
        'database configuration parameter show 18.4 work_mem --datastore postgresql -f json',
      ])
      const values = '{"work_mem": "8MB", "shared_buffers": "64MB"}'
      const ofPostgresql = ['--datastore', 'postgresql', '--datastore-version', '18.4', '-f', 'json']
      const creating = ['database', 'configuration', 'create', 'lean', values, ...ofPostgresql]
      const group = await runOneOpenstack(packages, login(), creating)
      expect(JSON.parse(parameter)).toMatchObject({ name: 'work_mem', type: 'integer', restart_required: false })
      expect(JSON.parse(group)).toMatchObject({ name: 'lean', datastore_version_name: '18.4' })
      const [attached = ''] = await runOpenstack(packages, login(), ['database configuration attach tuned lean'])
      expect(attached.trim()).toBe('')
      const shown = async () => {
        const [instance = ''] = await runOpenstack(packages, login(), ['database instance show tuned -f json'])
        return JSON.parse(instance)
      }
      // One of the values takes a restart, and none was asked for.
      await waitFor('the values', async () => (await shown()).status === 'RESTART_REQUIRED')
      const [followers = '', effective = ''] = await runOpenstack(packages, login(), [
        'database configuration instances lean -f json',
        'database configuration default tuned -f json',
      ])
      expect(JSON.parse(followers)).toEqual([{ ID: id, Name: 'tuned' }])
      expect(JSON.parse(effective)).toMatchObject({ work_mem: '8MB' })
      await runOpenstack(packages, login(), ['database configuration detach tuned'])
      await waitFor('the values to be gone', async () => (await shown()).status === 'ACTIVE')
      const [unused = ''] = await runOpenstack(packages, login(), ['database configuration delete lean'])
      expect(unused.trim()).toBe('')
    })

    it('shows the TLS of an instance, and has it backed up at certain times', async (context) => {
      const packages = pathOf(context)
      const { id } = (await createServerApi(server).provision({ name: 'vault' })).instance
      const [ssl = '', , strategies = '', , none = ''] = await runOpenstack(packages, login(), [
        'database ssl show vault -f json',
        `database backup strategy create --instance-id ${id}`,
        'database backup strategy list -f json',
        `database backup strategy delete --instance-id ${id}`,
        'database backup strategy list -f json',
      ])
      expect(JSON.parse(ssl)).toMatchObject({ status: 'enabled', 'certificate.cn': expect.stringMatching(/./) })
      expect(JSON.parse(strategies)).toMatchObject([{ 'Project ID': 'default', 'Instance ID': id }])
      expect(JSON.parse(none)).toEqual([])
    })

    it('makes a backup and an instance of it', async (context) => {
      const packages = pathOf(context)
      const api = createServerApi(server)
      const { id } = (await api.provision({ name: 'origin', databases: [{ name: 'app' }, { name: 'more' }] })).instance
      const [backup = ''] = await runOpenstack(packages, login(), ['database backup create nightly -i origin -f json'])
      expect(JSON.parse(backup)).toMatchObject({ name: 'nightly', instance_id: id, datastore: 'postgresql' })
      await waitFor('the backup', async () => {
        const [backups = ''] = await runOpenstack(packages, login(), ['database backup list -f json'])
        return JSON.parse(backups)[0]?.Status === 'COMPLETED'
      })
      const [restored = ''] = await runOpenstack(packages, login(), [
        'database instance create copy --flavor tiny --size 1 --backup nightly -f json',
      ])
      const copy = JSON.parse(restored).id
      await waitFor('the copy', async () => (await api.instance(copy)).status === 'ACTIVE')
      const [copied = '', gone = ''] = await runOpenstack(packages, login(), [
        'database db list copy -f json',
        'database backup delete nightly',
      ])
      expect(
        JSON.parse(copied)
          .map(({ Name }: { Name: string }) => Name)
          .toSorted(),
      ).toEqual(['app', 'more'])
      expect(gone).not.toContain('HTTP')
      const [restarted = '', deleted = ''] = await runOpenstack(packages, login(), [
        'database instance restart origin',
        'database instance force delete origin',
        'database instance delete copy',
      ])
      expect(restarted.trim()).toBe('')
      expect(deleted).not.toContain('HTTP')
      await waitFor('the end', async () => {
        const [left = ''] = await runOpenstack(packages, login(), ['database instance list -f json'])
        return JSON.parse(left).every(({ ID }: { ID: string }) => ID !== id && ID !== copy)
      })
    })

    it('logs in as at Keystone, where that is all it can do', async (context) => {
      const packages = pathOf(context)
      const byPassword = {
        OS_AUTH_TYPE: 'password',
        OS_AUTH_URL: `${server.url}/v3`,
        OS_USERNAME: 'me',
        OS_PASSWORD: token,
        OS_PROJECT_NAME: 'default',
        OS_USER_DOMAIN_NAME: 'Default',
        OS_PROJECT_DOMAIN_NAME: 'Default',
      }
      const [flavors = ''] = await runOpenstack(packages, byPassword, ['database flavor list -f json'])
      expect(JSON.parse(flavors)).toContainEqual(expect.objectContaining({ Name: 'tiny' }))
    })

    it('has no command that the reference does not name', async (context) => {
      const packages = pathOf(context)
      const named = [...routes, ...absentRoutes].flatMap(({ serves }) => serves)
      expect([...new Set([...named, ...Object.keys(absentCommands)])].toSorted()).toEqual(
        commandsOf(packages).toSorted(),
      )
    })
  })
})
