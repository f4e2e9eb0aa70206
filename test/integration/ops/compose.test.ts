import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultFlavors } from '../../../ops/compose/default-flavors.ts'
import { compose, type Server } from '../../../ops/compose.ts'
import { loadConfig } from '../../../ops/config.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const temp = createTempDir('compose')
const dataDir = join(temp.path, 'data')
const never = new AbortController().signal
const environment = { COFFER_DATA_DIR: dataDir, COFFER_PORT: '0', COFFER_ROLES: 'api,saga' }
const { log, lines } = createRecordingLog()
let server: Server
let url: string
let token: string

beforeAll(async () => {
  server = compose(loadConfig(environment).config, log)
  const started = await server.start(never)
  url = started.url
  token = readFileSync(started.adminTokenFile ?? '', 'utf8').trim()
})
afterAll(() => server.stop())

const post = (path: string, body: unknown, authorization = `Bearer ${token}`): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(body),
  })

describe('a server without an agent', () => {
  it('is alive and ready, and says of what it is made sure', async () => {
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const response = await fetch(`${url}/readyz`)
    expect(response.status).toBe(200)
    const { ready, checks } = (await response.json()) as { ready: boolean; checks: { name: string; ok: boolean }[] }
    expect(ready).toBe(true)
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['event store', 'view instances', 'view events']),
    )
  })

  it('offers the default flavors, the default one among them', async () => {
    const response = await post('/graphql', { query: '{ flavors { id vcpus memoryMiB } }' })
    const { data } = (await response.json()) as { data: { flavors: { id: string }[] } }
    expect(data.flavors.map(({ id }) => id)).toEqual(defaultFlavors.map(({ id }) => id))
    expect(data.flavors.map(({ id }) => id)).toContain(loadConfig({}).config.defaultFlavor)
  })

  it('measures requests, commands, appends, lags and itself', async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    for (const name of [
      'coffer_http_request_seconds_count{method="GET",route="readyz",status="200"}',
      'coffer_graphql_seconds_count{operation="query",outcome="OK"}',
      'coffer_dispatch_seconds_count{command="DefineFlavor",outcome="ACCEPTED"}',
      'coffer_append_seconds_count{outcome="OK"}',
      'coffer_projection_lag_events{view="flavors"} 0',
      'coffer_relay_lag_events 0',
      'coffer_relay_lag_seconds 0',
      'coffer_saga_lag_messages{group="coffer.sagas",topic="coffer.events"}',
      'coffer_instances{status="ACTIVE"} 0',
      'coffer_operations_pending 0',
      'coffer_process_cpu_seconds_total',
    ]) {
      expect(text).toContain(name)
    }
  })

  it('serves GraphiQL in development, and nobody without a token', async () => {
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })
    expect(await page.text()).toContain('GraphiQL')
    const response = await post('/graphql', { query: '{ viewer { subject } }' }, 'Bearer wrong')
    expect(response.status).toBe(401)
  })

  it('verifies its views for admins alone', async () => {
    expect((await post('/admin/views/verify', {}, 'Bearer wrong')).status).toBe(401)
    expect((await fetch(`${url}/admin/views/verify`)).status).toBe(405)
    const { views } = (await (await post('/admin/views/verify', {})).json()) as { views: { equal: boolean }[] }
    expect(views.every(({ equal }) => equal)).toBe(true)
  })

  it('keeps its directory and its secrets to its owner', () => {
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    for (const file of ['admin-token', 'master-key', 'coffer.db', 'url']) {
      expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600)
    }
    expect(existsSync(join(dataDir, 'agent'))).toBe(false)
  })

  it('lets nobody else have its directory', () => {
    expect(() => compose(loadConfig(environment).config, log)).toThrow(/already runs as "api" on the data directory/)
  })

  it('starts nothing where its port is taken, and leaves the directory free', async () => {
    const elsewhere = { ...environment, COFFER_DATA_DIR: temp.next(), COFFER_PORT: new URL(url).port }
    const second = compose(loadConfig(elsewhere).config, log)
    await expect(second.start(never)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const third = compose(loadConfig({ ...elsewhere, COFFER_PORT: '0' }).config, log)
    await third.start(never)
    await third.stop()
  })
})

describe('the next start', () => {
  it('has the same token and flavors, and writes nothing anew', async () => {
    const before = await server.parts.central?.stores.eventStore.head()
    await server.stop()
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    server = compose(loadConfig(environment).config, log)
    const started = await server.start(never)
    url = started.url
    expect(readFileSync(started.adminTokenFile ?? '', 'utf8').trim()).toBe(token)
    expect(await server.parts.central?.stores.eventStore.head()).toBe(before)
    expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
  })
})

describe('sagas whose topics were lost with the disk of the bus', () => {
  it('are not ready until the bus knows them again, and say why', async () => {
    const settings = { ...environment, COFFER_DATA_DIR: temp.next(), COFFER_ROLES: 'saga' }
    const sagas = compose(loadConfig(settings).config, createRecordingLog().log, {
      bus: (bus) => ({ ...bus, lag: async () => [] }),
    })
    const { url: probes } = await sagas.start(never)
    const response = await fetch(`${probes}/readyz`)
    expect(response.status).toBe(503)
    const { checks } = (await response.json()) as { checks: readonly { readonly name: string }[] }
    expect(checks.slice(0, 2)).toEqual([
      { name: 'server', ok: true },
      { name: 'bus', ok: false, reason: expect.stringContaining('not made again yet') },
    ])
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['relay', 'timers', 'sagas', 'heartbeats']))
    await sagas.stop()
  })
})

describe('a start that waits for a store', () => {
  it('is broken off at once, however long the store is silent', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const silent = (): Promise<never> => {
      ask()
      return new Promise(() => {})
    }
    const settings = { ...environment, COFFER_DATA_DIR: temp.next(), COFFER_ROLES: 'projector' }
    const waiting = compose(loadConfig(settings).config, createRecordingLog().log, {
      eventStore: (store) => ({ ...store, head: silent }),
    })
    const interrupted = new AbortController()
    const started = waiting.start(interrupted.signal)
    await asked
    interrupted.abort(new Error('stopped while it was starting'))
    await expect(started).rejects.toThrow('stopped while it was starting')
  })
})
