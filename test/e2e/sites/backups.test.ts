import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BackupFragment as Backup,
  CancelOperationDocument,
  CreateBackupDocument,
  CreateInstanceDocument,
  DeleteBackupDocument,
  type QuotaFragment,
} from '../../../ops/cli/generated/graphql.ts'
import type { Refusal } from '../../../ops/cli/mutate.ts'
import { type BackupStorePlace, openDirectoryPlace, openS3PlaceOnBadLine } from '../../support/backup-places.ts'
import { type AskedBackup, type BackupsApi, createBackupsApi, type RestoreInput } from '../../support/backups-api.ts'
import { onEverySite, type Site } from '../../support/every-site.ts'
import { loginTo, queryOnce } from '../../support/postgresql-client.ts'
import { whyNoS3Server } from '../../support/s3/s3-server.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import { makeShop, ordersOfShop, type Shop } from '../../support/shop.ts'
import { waitFor } from '../../support/wait-for.ts'

const noS3Server = await whyNoS3Server()

const describeBackups = (open: () => Promise<BackupStorePlace>) => (site: Site) =>
  describe('backups', () => {
    let store: BackupStorePlace
    let api: ServerApi
    let backups: BackupsApi
    let shop: Shop
    let backup: Backup

    beforeAll(async () => {
      store = await open()
      api = createServerApi(await site.start({ ...store.env, COFFER_CAPACITY_VOLUME_GIB: '12' }))
      backups = createBackupsApi(api)
      shop = await makeShop(api)
      backup = await backups.take(shop.instance.id, 'before the change')
    })
    afterAll(() => store?.close())

    const create = async (instanceId = shop.instance.id) =>
      (await api.request<{ result: AskedBackup | Refusal }>(CreateBackupDocument, { input: { instanceId } })).result
    const remove = async (id: string) =>
      (await api.request<{ result: object }>(DeleteBackupDocument, { input: { id } })).result
    const refusalOf = async (input: RestoreInput) =>
      (await api.request<{ result: object }>(CreateInstanceDocument, { input })).result

    it('are of an instance that serves, encrypted, with nothing else in the store', async () => {
      expect(backup).toMatchObject({
        status: 'AVAILABLE',
        name: 'before the change',
        instanceName: 'shop',
        datastore: 'postgresql',
        databases: ['app'],
        users: ['app'],
        fault: null,
      })
      const found = store.objects()
      expect(found.every((path) => path.includes(backup.location ?? '-'))).toBe(true)
      expect(found.reduce((sum, path) => sum + readFileSync(path).length, 0)).toBe(backup.storedBytes)
      expect(backup.bytes).toBeGreaterThan(20_000_000)
      // The name of a table would be in the catalogue.
      expect(found.some((path) => readFileSync(path).includes('orders'))).toBe(false)
    })

    it('become a new instance with the data, the users and their passwords of then, of any size', async () => {
      await queryOnce(shop.login, 'CREATE TABLE later AS SELECT 1 AS id')
      const copy = await backups.restored({ name: 'copy', fromBackup: backup.id, flavor: 'medium', volumeGiB: 2 })
      expect(copy).toMatchObject({
        status: 'ACTIVE',
        flavor: 'medium',
        volumeGiB: 2,
        databases: ['app'],
        users: [{ name: 'app', databases: ['app'] }],
      })
      const login = loginTo(copy, shop.login)
      const count = (table: string) => queryOnce<{ n: number }>(login, `SELECT count(*)::int AS n FROM ${table}`)
      expect(await count('orders')).toEqual([{ n: ordersOfShop }])
      await expect(count('later')).rejects.toMatchObject({ code: '42P01' })
      await queryOnce(login, 'INSERT INTO orders VALUES (0)')
      const identity = 'SELECT system_identifier::text AS id FROM pg_control_system()'
      const [[ours], [theirs]] = await Promise.all([queryOnce(shop.login, identity), queryOnce(login, identity)])
      expect(theirs).not.toEqual(ours)
      expect(await shop.countOrders()).toBe(ordersOfShop)
      await api.operationEnd((await api.change('delete', copy.id)).operationId)
    })

    it('are proven by a restore into an instance of its own, which is gone afterwards', async () => {
      expect(backup.proof).toBeNull()
      const { instanceId, ...ended } = await api.operationEnd((await backups.verify(backup.id)).operationId)
      expect(ended).toMatchObject({ kind: 'PROVISION', status: 'SUCCEEDED', fault: null })
      const proof = await backups.proofOf(backup.id)
      expect(proof).toMatchObject({ status: 'PROVEN', fault: null })
      expect(proof.rows).toBeGreaterThan(ordersOfShop)
      expect(proof.tookMs).toBeGreaterThan(100)
      await waitFor('its instance to be gone', async () =>
        instanceId && (await api.instance(instanceId)).status === 'DELETED' ? true : null,
      )
    })

    it('are refused where they are not, and where the wish does not fit them', async () => {
      const refusals = [
        [{ fromBackup: '019a0009-0000-7000-8000-000000000001' }, 'NOT_FOUND', 'fromBackup'],
        [{ datastore: 'redis' }, 'INVALID_INPUT', 'datastore'],
        [{ users: [{ name: 'ann' }] }, 'INVALID_INPUT', 'users'],
        [{ version: '17.10' }, 'INVALID_INPUT', 'version'],
      ] as const
      for (const [wish, code, field] of refusals) {
        expect(await refusalOf({ name: 'copy', fromBackup: backup.id, ...wish })).toMatchObject({ code, field })
      }
      expect(await create(backup.id)).toMatchObject({ code: 'NOT_FOUND' })
    })

    it('count in the quota of the project with what they take, and are refused beyond it', async () => {
      const { projectId, used } = await site.cli.json<QuotaFragment>(['quota', 'show'])
      expect(used.backupGiB).toBe(1)
      await site.cli.json(['quota', 'set', projectId, '--backup', '1'])
      expect(await create()).toMatchObject({
        code: 'QUOTA_EXCEEDED',
        message: expect.stringContaining('1 GiB of backups more'),
      })
      const { limits } = await site.cli.json<QuotaFragment>(['quota', 'set', projectId, '--backup', '1000'])
      expect(limits).toMatchObject({ backupGiB: 1000 })
    })

    it('are made one at a time, and leave nothing when they are cancelled', async () => {
      const [one, other] = await Promise.all([create(), create()])
      const [begun, refused] = 'operationId' in one ? [one, other] : [other, one]
      expect(refused).toMatchObject({ code: 'OPERATION_IN_PROGRESS' })
      if (!('operationId' in begun)) throw new Error('both were refused')
      expect(await remove(begun.backupId)).toMatchObject({ code: 'OPERATION_IN_PROGRESS' })
      await api.request(CancelOperationDocument, { input: { id: begun.operationId } })
      const { status } = await api.operationEnd(begun.operationId)
      const left = await backups.read(begun.backupId)
      // A copy this small may be there before it is cancelled.
      expect([status, left?.status]).toEqual(status === 'SUCCEEDED' ? [status, 'AVAILABLE'] : ['CANCELLED', 'FAILED'])
      const stored = store.objects().filter((path) => path.includes(begun.backupId))
      expect(stored.length > 0).toBe(status === 'SUCCEEDED')
    })

    it('whose content has changed make no instance, and leave nothing of it', async () => {
      const damaged = await backups.take(shop.instance.id)
      const data = store.objects().find((path) => path.includes(damaged.id) && path.endsWith('/data')) ?? ''
      const content = readFileSync(data)
      const middle = Math.floor(content.length / 2)
      content[middle] = (content[middle] ?? 0) ^ 1
      writeFileSync(data, content)
      await backups.verify(damaged.id)
      const proof = await backups.proofOf(damaged.id)
      expect(proof).toMatchObject({ status: 'FAILED', rows: null, fault: { code: 'BACKUP_DAMAGED' } })
      const asked = await backups.restore({ name: 'damaged', fromBackup: damaged.id })
      expect(await api.operationEnd(asked.operationId)).toMatchObject({
        status: 'FAILED',
        fault: { code: 'BACKUP_DAMAGED' },
      })
      expect(await api.settled(asked.operationId)).toMatchObject({ status: 'FAILED', endpoint: null })
    })

    it('of a schedule go when it has made as many new ones as it keeps, and those of people stay', async () => {
      const nightly = ['--action', 'backup', '--cron', '0 3 1 1 *', '--keep', '3', '--keep-days', '30']
      const { id: scheduleId } = await site.cli.json<{ id: string }>(['schedule', 'create', 'shop', ...nightly])
      await site.cli(['schedule', 'change', scheduleId, '--keep', '1'])
      const shown = await site.cli(['schedule', 'show', scheduleId])
      expect(shown.stdout).toContain('the newest 1 backups, backups of the last 30 days')
      const refused = await site.cli(['schedule', 'change', scheduleId, '--keep', '1001'])
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('1000')])
      const take = () => backups.take(shop.instance.id, 'nightly', { scheduleId })
      const [former, newest] = [await take(), await take()]
      await waitFor('the former one to go', async () => (await backups.read(former.id)) === null)
      expect(store.objects().some((path) => path.includes(former.id))).toBe(false)
      expect(await backups.read(newest.id)).toMatchObject({ status: 'AVAILABLE', scheduleId })
      expect(await backups.read(backup.id)).toMatchObject({ status: 'AVAILABLE', scheduleId: null })
    })

    it('are compared with the log, which knows what there should be', async () => {
      const whole = await site.cli(['backup', 'fsck'])
      expect([whole.code, whole.stdout + whole.stderr]).toEqual([0, expect.stringContaining('all as the log has them')])
      const lost = store.objects().find((path) => path.includes(backup.id) && path.endsWith('/data')) ?? ''
      const content = readFileSync(lost)
      rmSync(lost)
      const found = await site.cli(['backup', 'fsck'])
      expect([found.code, found.stdout]).toEqual([
        3,
        expect.stringMatching(`MISSING +- +${content.length} +instances/.*${backup.id}`),
      ])
      writeFileSync(lost, content)
      expect((await site.cli(['backup', 'fsck'])).code).toBe(0)
    })

    it('are gone with their objects and their keys when they are deleted', async () => {
      expect(await remove(backup.id)).toMatchObject({ backupId: backup.id })
      await waitFor('the end of the backup', async () => ((await backups.read(backup.id)) === null ? true : null))
      expect(store.objects().some((path) => path.includes(backup.id))).toBe(false)
      expect(await refusalOf({ name: 'copy', fromBackup: backup.id })).toMatchObject({ code: 'NOT_FOUND' })
    })

    it('may be the last that is wanted of an instance, which is deleted then', async () => {
      const words = ['backup', 'create', 'shop', '--name', 'final', '--then-delete', '--wait']
      const last = await site.cli.json<Backup>([...words, '--yes'])
      expect(last).toMatchObject({ status: 'AVAILABLE', thenDelete: true, instanceKept: null })
      await waitFor('the instance to be gone', async () => {
        const { status } = await api.instance(shop.instance.id)
        return status === 'DELETED'
      })
      const copy = await backups.restored({ name: 'again', fromBackup: last.id })
      const login = loginTo(copy, shop.login)
      expect(await queryOnce(login, 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: ordersOfShop }])
    })
  })

onEverySite('backups', describeBackups(openDirectoryPlace))

if (noS3Server === null) onEverySite('backups-s3', describeBackups(openS3PlaceOnBadLine))
else it('backups on an S3 server', (context) => context.skip(noS3Server))
