import { spawnSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BackupFragment as Backup,
  BackupDocument,
  CreateBackupDocument,
  CreateInstanceDocument,
  type OperationFragment as Operation,
  OperationDocument,
} from '../../ops/cli/generated/graphql.ts'
import { readLog } from '../support/embedded-log.ts'
import { loginTo, queryOnce } from '../support/postgresql-client.ts'
import { type Created, createServerApi, type ServerApi } from '../support/server-api.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { createServerSite } from '../support/server-site.ts'
import { makeShop, ordersOfShop, type Shop } from '../support/shop.ts'
import { waitFor } from '../support/wait-for.ts'

type Asked = { readonly backupId: string; readonly operationId: string }

/** Of one process alone: with the server, its agent is killed as well. What the agent does then is the same in both forms. */
describe('backups in bad luck', () => {
  const site = createServerSite('backup-faults')
  const parent = mkdtempSync(join(tmpdir(), 'coffer-backup-faults-'))
  const store = join(parent, 'store')
  const env = { COFFER_BACKUP_URL: store, COFFER_CAPACITY_VOLUME_GIB: '8' }
  let server: ServerProcess
  let api: ServerApi
  let shop: Shop

  const start = async (): Promise<void> => {
    server = await site.start({ env })
    api = createServerApi(server)
  }
  beforeAll(async () => {
    await start()
    shop = await makeShop(api)
    // Text that does not compress, so that a copy takes long enough to be met in the middle.
    await queryOnce(
      shop.login,
      'CREATE TABLE noise AS SELECT string_agg(md5(random()::text), chr(32)) AS text FROM generate_series(1, 2000000) AS n GROUP BY n / 60',
    )
  })
  afterAll(() => rmSync(parent, { recursive: true, force: true }))

  /** Files come and go while they are looked for. */
  const below = (directory: string): string[] => {
    const listed = spawnSync('find', [directory, '-type', 'f'], { encoding: 'utf8', maxBuffer: 2 ** 26 })
    return listed.stdout.split('\n').filter((path) => path !== '')
  }
  const objects = (id: string): string[] => below(join(store, 'instances')).filter((path) => path.includes(id))
  const begin = () => api.mutate<Asked>(CreateBackupDocument, { instanceId: shop.instance.id })
  const read = async (id: string): Promise<Backup | null> =>
    (await api.request<{ backup: Backup | null }>(BackupDocument, { id })).backup
  /** How often the copy was begun. */
  const attempts = (operationId: string): number =>
    1 +
    readLog(site.dataDir).filter(
      ({ stream, type }) => stream === `operation-${operationId}` && type === 'OperationStepRetried',
    ).length
  const isBeingWritten = () => waitFor('a draft in the store', async () => below(join(store, '.drafts')).length > 0)

  it('are whole, and of one attempt, where all was killed in the middle of the copy', async () => {
    const { backupId, operationId } = await begin()
    await isBeingWritten()
    await server.kill()
    expect(objects(backupId)).toEqual([])
    await start()
    expect(await api.operationEnd(operationId)).toMatchObject({ status: 'SUCCEEDED', fault: null })
    const backup = await waitFor('the backup', async () => {
      const found = await read(backupId)
      return found?.status === 'AVAILABLE' ? found : null
    })
    const found = objects(backupId)
    expect(found).toHaveLength(2)
    expect(found.every((path) => path.includes(backup.location ?? '-'))).toBe(true)
  })

  it('are made after all where the store was away for a while', async () => {
    const away = join(parent, 'away')
    renameSync(store, away)
    writeFileSync(store, 'not a directory')
    const { backupId, operationId } = await begin()
    await waitFor('another attempt', async () => attempts(operationId) > 1)
    unlinkSync(store)
    renameSync(away, store)
    expect(await api.operationEnd(operationId)).toMatchObject({ status: 'SUCCEEDED', fault: null })
    expect(objects(backupId)).toHaveLength(2)
  })

  it('end clearly where the engine is restarted in the middle, and leave nothing', async () => {
    const { backupId, operationId } = await begin()
    await isBeingWritten()
    await api.changeAndWait('restart', shop.instance.id)
    const { status, fault } = await api.operationEnd(operationId)
    // Tried again, it may be done before the restart ends it once more.
    const isMade = status === 'SUCCEEDED'
    expect(isMade ? null : fault?.code).toBe(isMade ? null : 'BACKUP_FAILED')
    expect(objects(backupId)).toHaveLength(isMade ? 2 : 0)
    expect(await shop.countOrders()).toBe(ordersOfShop)
  })

  it('become an instance after all where everything was killed in the middle of the restore', async () => {
    const { backupId, operationId } = await begin()
    expect(await api.operationEnd(operationId)).toMatchObject({ status: 'SUCCEEDED' })
    const restore = await api.mutate<Created>(CreateInstanceDocument, { name: 'copy', fromBackup: backupId })
    await waitFor('the restore to be under way', async () => {
      const { operation } = await api.request<{ operation: Operation | null }>(OperationDocument, {
        id: restore.operationId,
      })
      return operation?.steps.some(({ name, status }) => name === 'restore' && status === 'RUNNING')
    })
    await server.kill()
    await start()
    expect(await api.operationEnd(restore.operationId)).toMatchObject({ status: 'SUCCEEDED', fault: null })
    const copy = await api.settled(restore.operationId)
    const login = loginTo(copy, shop.login)
    expect(await queryOnce(login, 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: ordersOfShop }])
  })
})
