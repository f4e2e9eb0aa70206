import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { noTraces, tracesOfInstance } from '../support/host-traces.ts'
import { canMount } from '../support/privileges.ts'
import { createServerApi, type ServerApi } from '../support/server-api.ts'
import { firstEnginePort } from '../support/server-process.ts'
import { createServerSite } from '../support/server-site.ts'
import { makeShop, ordersOfShop } from '../support/shop.ts'
import { waitFor } from '../support/wait-for.ts'

// On one site only: of a host and its engines: the same in both forms.

type Failure = {
  readonly error: { readonly code: string; readonly details: { readonly operationId: string } }
}

/** Another program that listens there, until it is closed. */
const occupy = async (port: number): Promise<() => Promise<void>> => {
  const stranger = createServer((socket) => socket.on('error', () => {}).end('not a database'))
  await new Promise<void>((resolve, reject) => {
    stranger.once('error', reject)
    stranger.listen(port, '127.0.0.1', resolve)
  })
  return () => new Promise((resolve) => stranger.close(() => resolve()))
}

/** PostgreSQL as npm carries it, under a version of its own. While the file `broken` lies beside it, it dies with these words. */
const lastWords =
  '2025-06-01 10:00:00.000 UTC [4711] FATAL:  could not map anonymous shared memory: Cannot allocate memory'
const makeInstallation = (binDir: string, version: string): void => {
  const packages = join(import.meta.dirname, '..', '..', 'node_modules')
  const real = readdirSync(packages).find((name) => name.startsWith('postgresql-17.10-linux-'))
  if (!real) throw new Error('PostgreSQL 17.10 is not installed')
  const realBin = join(packages, real, 'native', 'bin')
  mkdirSync(binDir, { recursive: true })
  const write = (name: string, lines: readonly string[]): void => {
    writeFileSync(join(binDir, name), ['#!/bin/sh', ...lines, ''].join('\n'))
    chmodSync(join(binDir, name), 0o755)
  }
  write('initdb', [`exec ${realBin}/initdb "$@"`])
  write('postgres', [
    `case "$1" in -V|--version) echo "postgres (PostgreSQL) ${version}"; exit 0;; esac`,
    `if [ -e ${binDir}/broken ]; then echo "${lastWords}" >&2; exit 1; fi`,
    `exec ${realBin}/postgres "$@"`,
  ])
}

// The places where installations are looked for are fixed: in a mount namespace of its own, this server finds another one in one of them.
describe.skipIf(!canMount)('an installation that breaks after it was found (needs to mount)', () => {
  const site = createServerSite('broken')
  const prefix = `${site.directory}-pgsql`
  const binDir = '/usr/local/bin'
  const version = '17.99'
  let api: ServerApi

  beforeAll(async () => {
    makeInstallation(join(prefix, 'bin'), version)
    const within = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c']
    const script = `mount --bind ${prefix}/bin ${binDir} && exec "$0" "$@"`
    api = createServerApi(await site.start({ within: [...within, script] }))
    return () => rmSync(prefix, { recursive: true, force: true })
  })

  const failing = async (name: string) => {
    const { operation, instance } = await api.create({ name, version, databases: [{ name: 'app' }] })
    const ended = await api.operationEnd(operation.id)
    await api.settled(operation.id)
    expect(tracesOfInstance(site.dataDir, instance.id)).toEqual(noTraces)
    expect(await api.instance(instance.id)).toMatchObject({ status: 'FAILED', fault: { code: ended.fault?.code } })
    return ended
  }

  it('serves while it is whole', async () => {
    const { instance } = await api.provision({ name: 'whole', version })
    expect(instance).toMatchObject({ status: 'ACTIVE', version })
    await api.changeAndWait('delete', instance.id)
  })

  it('fails the operation with what the log of the engine tells, and everything is removed', async () => {
    writeFileSync(join(prefix, 'bin', 'broken'), '')
    const ended = await failing('dying')
    expect(ended).toMatchObject({ status: 'FAILED', fault: { code: 'ENGINE_START_FAILED' } })
    expect(ended.fault?.cause).toContain('the host has too little memory for it')
  })

  it('fails the operation and says what is missing when the program is gone, and everything is removed', async () => {
    rmSync(join(prefix, 'bin', 'postgres'))
    const ended = await failing('missing')
    expect(ended).toMatchObject({ status: 'FAILED', fault: { code: 'ENGINE_START_FAILED' } })
    expect(ended.fault?.message).toContain('program postgres cannot be run')
  })

  it('serves again once it is mended', async () => {
    rmSync(join(prefix, 'bin', 'broken'))
    makeInstallation(join(prefix, 'bin'), version)
    expect((await api.provision({ name: 'mended', version })).instance).toMatchObject({ status: 'ACTIVE' })
  })

  it('leaves an instance FAILED that was restarted meanwhile, and ACTIVE again, by itself, once it is mended', async () => {
    const { instance } = await api.provision({ name: 'restarted', version })
    writeFileSync(join(prefix, 'bin', 'broken'), '')
    const failed = await api.changeAndWait('restart', instance.id)
    expect(failed).toMatchObject({ status: 'FAILED', fault: { code: 'ENGINE_START_FAILED' } })
    rmSync(join(prefix, 'bin', 'broken'))
    const back = await waitFor(
      'the instance to be ACTIVE again',
      async () => {
        const now = await api.instance(instance.id)
        return now.status === 'ACTIVE' && now
      },
      120_000,
    )
    expect(back).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY', fault: null })
    expect((await api.verifyViews()).every(({ equal }) => equal)).toBe(true)
  })
})

describe('a port', () => {
  const site = createServerSite('ports')
  let api: ServerApi
  beforeAll(async () => {
    // Two, of which one is taken: which of many is chosen, nobody can tell.
    const env = { COFFER_ENGINE_PORTS: `${firstEnginePort}-${firstEnginePort + 1}` }
    api = createServerApi(await site.start({ env }))
  })

  it('that another program has is left to it, and the instance gets another', async () => {
    const leave = await occupy(firstEnginePort)
    const shop = await makeShop(api)
    expect(shop.login.endpoint.port).not.toBe(firstEnginePort)
    expect(await shop.countOrders()).toBe(ordersOfShop)
    await leave()
    await api.changeAndWait('delete', shop.instance.id)
  })

  it('that another program took while the instance was stopped fails its start, says so, and is had again afterwards', async () => {
    const shop = await makeShop(api)
    const { port } = shop.login.endpoint
    await api.changeAndWait('stop', shop.instance.id)
    const leave = await occupy(port)
    // As a script sees it: with the exit code of a failure, and the cause.
    const start = ['instance', 'start', shop.instance.id, '--wait']
    const { error } = await site.cli.json<Failure>(start, 3)
    expect(error).toMatchObject({ code: 'PORT_IN_USE', retryable: true })
    const { operationId } = error.details
    const watched = await site.cli(['operation', 'watch', operationId])
    expect(watched.code).toBe(3)
    expect(watched.stderr).toContain(`port ${port}`)
    const ended = await api.operationEnd(operationId)
    expect(ended).toMatchObject({ status: 'FAILED', fault: { code: 'PORT_IN_USE', retryable: true } })
    expect(ended.fault?.message).toContain(`port ${port}`)
    expect(await api.settled(operationId)).toMatchObject({ status: 'STOPPED' })

    await leave()
    expect(await api.changeAndWait('start', shop.instance.id)).toMatchObject({ status: 'ACTIVE' })
    expect(await shop.countOrders()).toBe(ordersOfShop)
  })
})
