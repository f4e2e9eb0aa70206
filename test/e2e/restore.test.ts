import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import type { HostWithUnlistedFragment as HostWithUnlisted } from '../../ops/cli/generated/graphql.ts'
import { queryOnce } from '../support/postgresql-client.ts'
import { createServerApi, type ServerApi } from '../support/server-api.ts'
import { createServerSite } from '../support/server-site.ts'
import { makeShop, ordersOfShop, type Shop } from '../support/shop.ts'
import { waitFor } from '../support/wait-for.ts'

// On one site only: of the backup of the embedded form; sites/restored-log.test.ts has the other.

const page = readFileSync(new URL('../../docs/runbook/backup-and-restore.md', import.meta.url), 'utf8')
const programDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The commands that a section of the page gives, in the order in which it gives them. */
const commandsOf = (heading: string): readonly string[] => {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, commands]) => commands ?? '')
}

describe('a control plane that is restored from its backup as the runbook says', () => {
  const site = createServerSite('restore')
  const backups = `${site.directory}/backups`
  const places = { '/var/lib/coffer': site.dataDir, '/var/backups': backups, '/opt/coffer': programDir }
  let api: ServerApi
  let kept: Shop
  let stopped: Shop
  let deleted: Shop
  let restarted: Shop
  let created: Shop
  let unwanted: Shop

  const carryOut = async (commands = ''): Promise<void> => {
    const here = Object.entries(places).reduce((text, [there, place]) => text.replaceAll(there, place), commands)
    await promisify(execFile)('sh', ['-eu', '-c', here])
  }
  const statusBecomes = ({ instance }: Shop, status: string) =>
    waitFor(`${instance.name} to be ${status}`, async () => {
      const now = await api.instance(instance.id)
      return now.status === status && now
    })
  const unlisted = async () =>
    (await site.cli.json<HostWithUnlisted['unlisted']>(['host', 'unlisted'])).map(({ id }) => id).toSorted()

  beforeAll(async () => {
    const [backup, restore] = commandsOf('Embedded')
    const server = await site.start()
    api = createServerApi(server)
    kept = await makeShop(api, 'kept')
    stopped = await makeShop(api, 'stopped')
    deleted = await makeShop(api, 'deleted')
    restarted = await makeShop(api, 'restarted')
    mkdirSync(backups)
    await carryOut(backup)

    await api.changeAndWait('stop', stopped.instance.id)
    await api.changeAndWait('delete', deleted.instance.id)
    for (let times = 0; times < 2; times += 1) await api.changeAndWait('restart', restarted.instance.id)
    created = await makeShop(api, 'created')
    unwanted = await makeShop(api, 'unwanted')
    await server.stop()
    await carryOut(restore)
    api = createServerApi(await site.start())
  })

  it('shows what its hosts have: stopped, missing, and unlisted, and never says that all is equal', async () => {
    const verified = await site.cli(['admin', 'rebuild-views', '--verify'])
    expect(verified).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('hosts and the log differ about 3 databases'),
    })
    expect(verified.stderr).toContain(`MISSING: deleted (${deleted.instance.id})`)
    expect(verified.stderr).toContain(`UNLISTED: created (${created.instance.id})`)
    expect(await api.instance(kept.instance.id)).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
    await statusBecomes(stopped, 'STOPPED')
    await statusBecomes(deleted, 'MISSING')
    expect(await unlisted()).toEqual([created.instance.id, unwanted.instance.id].toSorted())
    for (const shop of [kept, restarted, created]) expect(await shop.countOrders()).toBe(ordersOfShop)
  })

  it('goes on above the numbers that hosts have seen: what is asked next is carried out', async () => {
    expect(await api.changeAndWait('start', stopped.instance.id)).toMatchObject({ status: 'ACTIVE' })
    expect(await stopped.countOrders()).toBe(ordersOfShop)
    const startedAt = () => queryOnce(restarted.login, 'SELECT pg_postmaster_start_time()::text AS at')
    const before = await startedAt()
    await api.changeAndWait('restart', restarted.instance.id)
    expect(await startedAt()).not.toEqual(before)
    expect(await api.changeAndWait('delete', deleted.instance.id)).toMatchObject({ status: 'DELETED' })
  })

  it('adopts a database that it does not know of, which is its own from then on', async () => {
    const adopted = await site.cli.json(['instance', 'adopt', created.instance.id])
    const { name, endpoint, version, projectId } = created.instance
    expect(adopted).toMatchObject({ name, endpoint, version, projectId, status: 'ACTIVE' })
    await api.changeAndWait('restart', created.instance.id)
    expect(await created.countOrders()).toBe(ordersOfShop)
  })

  it('removes one that nobody wants, and with that hosts and the log agree', async () => {
    await site.cli.json(['instance', 'remove-unlisted', unwanted.instance.id, '--wait'])
    await expect(unwanted.countOrders()).rejects.toThrow()
    expect(await unlisted()).toEqual([])
    expect(await site.cli(['admin', 'rebuild-views', '--verify'])).toMatchObject({ code: 0 })
  })

  it('makes new databases, in places that no host has given away', async () => {
    const fresh = await makeShop(api, 'fresh')
    const ports = [kept, stopped, restarted, created].map(({ instance }) => instance.endpoint?.port)
    expect(ports).not.toContain(fresh.instance.endpoint?.port)
    expect(await fresh.countOrders()).toBe(ordersOfShop)
  })
})
