import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type EngineInstance, unlimited } from '../../../agent/engines/engine.ts'
import { persist } from '../../../agent/outcomes/persist.ts'
import { type Crowd, crowd, silentConnections } from '../../support/crowd.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { type Bench, bound, createBench, inspect, query } from './bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench.close())

let clients: Crowd | undefined
afterEach(() => clients?.leave())

const app = { user: 'app', password: 'a secret of app', database: 'app' }
const start = async (version: string): Promise<EngineInstance> => {
  const instance = await bench.prepare(await bench.installation(version))
  await bench.start(instance)
  await bench.driver.accounts.ensureDatabases(instance, [{ name: app.database }], bound())
  const user = { name: app.user, password: app.password, databases: [app.database] }
  await bench.driver.accounts.ensureUsers(instance, [user], bound())
  return instance
}

const installedVersions = ['15.18', '17.10', '18.4']

describe('a PostgreSQL whose clients have taken every slot and ask for more', { timeout: 60_000 }, () => {
  it.each(installedVersions)('%s still lets the agent in, over its socket and over the endpoint', async (version) => {
    const { driver } = bench
    const instance = await start(version)
    const config = { host: '127.0.0.1', port: instance.listen.port, ssl: { ca: bench.authority.certificate }, ...app }
    clients = crowd(config, 80)
    await expect.poll(() => clients?.refused(), { timeout: 30_000 }).toBeGreaterThan(80)
    await expect.poll(() => clients?.connected(), { timeout: 30_000 }).toBe(28)

    // Clients that are about to log in hold slots, too, for some milliseconds.
    const signal = bound()
    const insist = (work: () => Promise<unknown>) =>
      persist(work, { timers: quietKernel.timers, signal, mayCome: () => false })
    await insist(() => driver.checkHealth(instance, signal))
    await insist(() => driver.accounts.ensureDatabases(instance, [{ name: 'another' }], signal))
    await insist(() => driver.verifyEndpoint(instance, [], signal))
    await insist(() => driver.verifyEndpoint(instance, [], signal))
    await bench.stop(instance)
  })

  it.each(installedVersions)('%s gives clients as many slots as its size promises', async (version) => {
    const instance = await start(version)
    const config = { host: '127.0.0.1', port: instance.listen.port, ssl: { ca: bench.authority.certificate }, ...app }
    clients = crowd(config, 40)
    // 256 MiB: see sizeSettings.
    await expect.poll(() => clients?.connected(), { timeout: 30_000 }).toBe(28)
    const refused = clients.refused()
    await expect.poll(() => clients?.refused(), { timeout: 30_000 }).toBeGreaterThan(refused + 20)
    expect(clients.connected()).toBe(28)
    await bench.stop(instance)
  })
})

describe('connections that never log in', { timeout: 60_000 }, () => {
  it.each(installedVersions)(
    '%s says to the agent that it is full, and drops them within its time',
    async (version) => {
      const instance = await start(version)
      const leave = await silentConnections({ host: '127.0.0.1', port: instance.listen.port }, 500)
      await expect
        .poll(() => query(instance, app, 'SELECT 1').catch((error) => error.code), { timeout: 30_000 })
        .toBe('53300')
      await expect(bench.driver.checkHealth(instance, bound())).rejects.toMatchObject({ code: 'ENGINE_FULL' })
      await expect(bench.driver.verifyEndpoint(instance, [], bound())).rejects.toMatchObject({ code: 'ENGINE_FULL' })
      await expect.poll(() => query(instance, app, 'SELECT 1').then(() => 'served'), { timeout: 30_000 }).toBe('served')
      await bench.driver.checkHealth(instance, bound())
      await bench.driver.verifyEndpoint(instance, [], bound())
      leave()
      const [{ timeout } = {}] = await inspect(instance, "SELECT current_setting('authentication_timeout') AS timeout")
      expect(timeout).toBe('10s')
      await bench.stop(instance)
    },
  )

  it.each(installedVersions)(
    '%s drops them within a second or two while logins are hurried, also when full',
    async (version) => {
      const instance = await start(version)
      const { driver } = bench
      const at = { host: '127.0.0.1', port: instance.listen.port }
      const leave = await silentConnections(at, 500)
      const look = () => driver.checkHealth(instance, bound()).then(() => 'served')
      await expect.poll(() => look().catch((error) => error.code), { timeout: 30_000 }).toBe('ENGINE_FULL')
      await driver.hurryLogins(instance, true)
      const fullAt = performance.now()
      // Those that came before have the time they had.
      await expect.poll(() => look().catch((error) => error.code), { timeout: 30_000 }).toBe('served')
      expect(performance.now() - fullAt).toBeLessThan(20_000)
      leave()
      expect(await livesMs(at)).toBeLessThan(5000)
      const timeout = async () =>
        (await inspect(instance, "SELECT current_setting('authentication_timeout') AS timeout"))[0]
      expect(await timeout()).toEqual({ timeout: '1s' })
      await driver.hurryLogins(instance, false)
      await expect.poll(timeout, { timeout: 10_000 }).toEqual({ timeout: '10s' })
      await driver.hurryLogins(instance, true)
      await driver.configure(instance, unlimited)
      await driver.applyConfiguration(instance, bound())
      expect(await timeout()).toEqual({ timeout: '10s' })
      await bench.stop(instance)
    },
  )
})

/** How long a connection that says nothing is kept. */
const livesMs = async (at: { readonly host: string; readonly port: number }): Promise<number> => {
  const socket = connect(at)
  await once(socket, 'connect')
  const from = performance.now()
  await once(socket.resume(), 'close')
  return performance.now() - from
}
