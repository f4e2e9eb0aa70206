import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest'
import { onEverySite } from '../../support/every-site.ts'
import { type Keystone, keystonePackages, type Login, startKeystone } from '../../support/keystone.ts'
import { openstackClient, runOpenstack } from '../../support/openstack-client.ts'
import type { Tool } from '../../support/postgresql-tools/tools.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('keystone')
const password = 'a-long-enough-password'

onEverySite('keystone', (site) => {
  let tools: { readonly client: Tool; readonly identity: Tool }
  let keystone: Keystone | null = null
  let server: ServerProcess
  beforeAll(async () => {
    const [client, identity] = await Promise.all([openstackClient(), keystonePackages()])
    tools = { client, identity }
    if ('missing' in identity) return
    keystone = await startKeystone(identity.path, dir.next())
    server = await site.start({ COFFER_KEYSTONE_URL: keystone.url, COFFER_KEYSTONE_CACHE: '1' })
    const { ask } = keystone
    const { service } = await ask<{ service: { id: string } }>('POST', '/services', {
      service: { type: 'database', name: 'coffer' },
    })
    await ask('POST', '/endpoints', {
      endpoint: { service_id: service.id, interface: 'public', url: `${server.url}/v1.0/$(project_id)s` },
    })
  })
  afterAll(() => keystone?.stop())

  const startedFor = (context: TestContext): Keystone => {
    if ('missing' in tools.identity) return context.skip(tools.identity.missing)
    if (keystone === null) throw new Error('Keystone was not started')
    return keystone
  }

  /** A user in a project of its own, with a role that Keystone has. */
  const userWith = async ({ ask }: Keystone, name: string, role: string): Promise<Login> => {
    const { project } = await ask<{ project: { id: string } }>('POST', '/projects', { project: { name } })
    const { user } = await ask<{ user: { id: string } }>('POST', '/users', { user: { name, password } })
    const { roles } = await ask<{ roles: readonly { id: string }[] }>('GET', `/roles?name=${role}`)
    await ask('PUT', `/projects/${project.id}/users/${user.id}/roles/${roles[0]?.id}`)
    return { name, password, projectId: project.id }
  }
  const tokenOf = async ({ logIn }: Keystone, login: Login): Promise<string> => {
    const token = await logIn(login)
    if (token === null) throw new Error(`${login.name} is not let in`)
    return token
  }
  const call = (token: string, projectId: string, path: string, init: RequestInit = {}) =>
    fetch(`${server.url}/v1.0/${projectId}${path}`, {
      ...init,
      headers: { 'x-auth-token': token, 'content-type': 'application/json' },
    })

  it('lets the client of OpenStack in, which finds Coffer in the catalog', async (context) => {
    const identity = startedFor(context)
    const packages = 'missing' in tools.client ? context.skip(tools.client.missing) : tools.client.path
    const ann = await userWith(identity, 'ann', 'member')
    const login = {
      OS_AUTH_TYPE: 'password',
      OS_AUTH_URL: identity.url,
      OS_USERNAME: ann.name,
      OS_PASSWORD: ann.password,
      OS_PROJECT_ID: ann.projectId,
      OS_USER_DOMAIN_NAME: 'Default',
    }
    const values = '--datastore postgresql --databases app'
    const [created = '', list = ''] = await runOpenstack(packages, login, [
      `database instance create shop --flavor tiny --size 1 ${values} -f json`,
      'database instance list -f json',
    ])
    const { id } = JSON.parse(created)
    expect(JSON.parse(list)).toMatchObject([{ ID: id, Name: 'shop' }])
    const token = await tokenOf(identity, ann)
    const shown = async () => (await call(token, ann.projectId, `/instances/${id}`)).json()
    await waitFor('the instance', async () => {
      const { instance } = (await shown()) as { instance: { status: string } }
      return instance.status === 'ACTIVE'
    })
  })

  it('gives users what their roles allow, in their project alone', async (context) => {
    const identity = startedFor(context)
    const [ben, eve, sue] = [
      await userWith(identity, 'ben', 'reader'),
      await userWith(identity, 'eve', 'service'),
      await userWith(identity, 'sue', 'admin'),
    ]
    const wish = { method: 'POST', body: JSON.stringify({ instance: { name: 'mine' } }) }
    const reader = await tokenOf(identity, ben)
    expect((await call(reader, ben.projectId, '/instances')).status).toBe(200)
    expect((await call(reader, ben.projectId, '/instances', wish)).status).toBe(403)
    expect((await call(reader, sue.projectId, '/instances')).status).toBe(403)
    expect((await call(reader, ben.projectId, '/mgmt/instances')).status).toBe(401)
    expect((await call(await tokenOf(identity, eve), eve.projectId, '/instances')).status).toBe(401)
    expect((await call(await tokenOf(identity, sue), ben.projectId, '/mgmt/instances')).status).toBe(200)
  })

  it('refuses a token soon after it was revoked, and says when Keystone is away', async (context) => {
    const identity = startedFor(context)
    const joe = await userWith(identity, 'joe', 'member')
    const [token, other] = [await tokenOf(identity, joe), await tokenOf(identity, joe)]
    const status = async (of: string) => (await call(of, joe.projectId, '/instances')).status
    expect(await status(token)).toBe(200)
    const headers = { 'x-auth-token': token, 'x-subject-token': token }
    expect((await fetch(`${identity.url}/auth/tokens`, { method: 'DELETE', headers })).status).toBe(204)
    await waitFor('the refusal', async () => (await status(token)) === 401, 10_000)
    await identity.stop()
    expect(await status(other)).toBe(503)
    const own = await site.cli.json<{ secret: string }>(['token', 'issue', 'here', '--role', 'reader'])
    expect((await call(own.secret, 'default', '/instances')).status).toBe(200)
  })
})
