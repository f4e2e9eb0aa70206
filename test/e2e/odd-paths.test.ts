import { execFile } from 'node:child_process'
import { chownSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { noTraces, removeDataDir, tracesOfInstance } from '../support/host-traces.ts'
import { canStrangerRun, isRoot, stranger } from '../support/privileges.ts'
import { createCli } from '../support/run-cli.ts'
import { createServerApi } from '../support/server-api.ts'
import { startServer } from '../support/server-process.ts'
import { makeShop, ordersOfShop } from '../support/shop.ts'

// On one site only: of the paths of a host: the same in both forms.

const main = fileURLToPath(new URL('../../ops/main.ts', import.meta.url))
/** What a file's name may have in it and a shell, a URI, a list, a configuration file or a regular expression takes for something else. */
const odd = `it's "odd" $HOME $(x) %41 %s \\ \`x\` & = + , ; : # [x] {y} * ? ! ~ é 日本`

type Account = readonly [name: string, canShow: boolean, as: typeof stranger | undefined]
const accounts: readonly Account[] = isRoot
  ? [
      ['root', true, undefined],
      ['somebody else', canStrangerRun(process.execPath, ['--check', main]), stranger],
    ]
  : [['the user of the tests', true, undefined]]

describe.each(accounts)('a server of %s in a directory with odd characters in its path', (_who, canShow, as) => {
  const site = join(tmpdir(), `coffer-odd-${process.pid}-${as ? 'other' : 'own'}`)
  const home = join(site, odd)
  const dataDir = join(home, 'data')

  afterAll(async () => {
    await removeDataDir(dataDir)
    rmSync(site, { recursive: true, force: true })
  })

  it.skipIf(!canShow)(
    'makes, serves, restarts, keeps and deletes databases, and its client connects (needs a program all may read)',
    async (context) => {
      mkdirSync(dataDir, { recursive: true, mode: 0o755 })
      if (as) chownSync(dataDir, as.uid, as.gid)
      let server = await startServer({ dataDir, ...(as && { as }) })
      try {
        let api = createServerApi(server)
        const shop = await makeShop(api)
        await api.changeAndWait('restart', shop.instance.id)
        await server.stop()
        server = await startServer({ dataDir, ...(as && { as }) })
        api = createServerApi(server)
        await api.changeAndWait('stop', shop.instance.id)
        await api.changeAndWait('start', shop.instance.id)
        expect(await shop.countOrders()).toBe(ordersOfShop)

        const { stdout: uri } = await createCli(dataDir)(['connect', 'shop', '--print'])
        const psql = promisify(execFile)('psql', [uri.trim(), '-Atc', 'SELECT count(*) FROM orders'], {
          env: { PATH: process.env.PATH, PGPASSWORD: shop.login.password },
        })
        const counted = await psql.catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return context.skip('needs psql')
          throw error
        })
        expect(counted.stdout.trim()).toBe(String(ordersOfShop))
        await api.changeAndWait('delete', shop.instance.id)
        expect(tracesOfInstance(dataDir, shop.instance.id)).toEqual(noTraces)
      } finally {
        await server.kill()
      }
    },
  )
})
