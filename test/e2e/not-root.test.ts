import { chownSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type HostFragment as Host, HostsDocument } from '../../ops/cli/generated/graphql.ts'
import type { Connection } from '../../ops/cli/pages.ts'
import { isListening, noTraces, postmastersOf, tracesOfInstance } from '../support/host-traces.ts'
import { canStrangerRun, stranger } from '../support/privileges.ts'
import { createServerApi } from '../support/server-api.ts'
import { createServerSite } from '../support/server-site.ts'
import { makeShop, ordersOfShop } from '../support/shop.ts'

// On one site only: of the account of a host: the same in both forms.

const main = fileURLToPath(new URL('../../ops/main.ts', import.meta.url))
/** Tests that do not run as root show all of this by themselves. */
const canShow = canStrangerRun(process.execPath, ['--check', main])

describe.skipIf(!canShow)(
  'a server that is not root (needs root, to become somebody else, and a program all may read)',
  () => {
    const site = createServerSite('not-root')

    it('makes, serves, stops, starts and deletes all the same, and says which isolation it cannot give', async () => {
      mkdirSync(site.directory, { mode: 0o755 })
      mkdirSync(site.dataDir, { mode: 0o700 })
      chownSync(site.dataDir, stranger.uid, stranger.gid)
      let server = await site.start({ as: stranger })
      let api = createServerApi(server)
      const { hosts } = await api.request<{ hosts: Connection<Host> }>(HostsDocument)
      const isolation = hosts.edges[0]?.node.isolation
      expect(isolation).toMatchObject({ unixUser: false, volume: 'directory' })
      expect(isolation?.missing.join('\n')).toContain('the agent does not run as root')

      const { instance, login, countOrders } = await makeShop(api)
      expect(instance).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
      await api.changeAndWait('restart', instance.id)
      await server.stop()
      expect(postmastersOf(site.dataDir, instance.id)).toEqual([])

      server = await site.start({ as: stranger })
      api = createServerApi(server)
      await api.changeAndWait('stop', instance.id)
      await api.changeAndWait('start', instance.id)
      expect(await countOrders()).toBe(ordersOfShop)
      await api.changeAndWait('delete', instance.id)
      expect(tracesOfInstance(site.dataDir, instance.id)).toEqual(noTraces)
      expect(isListening(login.endpoint.port)).toBe(false)
    })
  },
)
