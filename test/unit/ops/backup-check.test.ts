import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createBackupDirectory } from '../../../commands/adapters/backup-directory/backup-store.ts'
import { checkBackups } from '../../../ops/backup-check.ts'
import { streamOf } from '../../contracts/backup-store.contract.ts'
import { createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'

const root = mkdtempSync(join(tmpdir(), 'coffer-backup-check-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const { signal } = new AbortController()
let stores = 0
const setUp = () => {
  stores += 1
  const store = createBackupDirectory(join(root, String(stores)), () => 0)
  const log = createEventLog()
  const check = () =>
    checkBackups(
      store,
      {
        async *readAll() {
          yield log.events()
        },
      },
      signal,
    )
  return { store, log, check }
}
const placeOf = ({ instanceId, backupId }: ReturnType<typeof exampleWorld>) =>
  `instances/${instanceId}/backups/${backupId}/0a1b2c3d4e5f`
const contentsOf = (location: string) => ({
  contents: {
    location,
    version: '17.10',
    parts: [
      { name: 'data', bytes: 100, storedBytes: 4, sha256: 'x' },
      { name: 'manifest', bytes: 10, storedBytes: 3, sha256: 'x' },
    ],
  },
})
const shop = exampleWorld(1)
const place = placeOf(shop)

describe('the check of the backup store', () => {
  it('finds nothing where every object is as the log has it', async () => {
    const { store, log, check } = setUp()
    log.add('BackupRequested', shop)
    log.add('BackupCompleted', shop, contentsOf(place))
    await store.put(`${place}/data`, streamOf('data'))
    await store.put(`${place}/manifest`, streamOf('man'))
    expect(await check()).toEqual({ backups: 1, objects: 2, differences: [], count: 0 })
  })

  it('names what is missing, of another size, and of no backup', async () => {
    const { store, log, check } = setUp()
    log.add('BackupRequested', shop)
    log.add('BackupCompleted', shop, contentsOf(place))
    await store.put(`${place}/data`, streamOf('cut'))
    const stranger = placeOf(exampleWorld(2))
    await store.put(`${stranger}/data`, streamOf('whose'))
    const former = place.replace('0a1b2c3d4e5f', '000000000000')
    await store.put(`${former}/data`, streamOf('an attempt'))
    const { differences, count } = await check()
    expect(count).toBe(4)
    expect(differences).toEqual([
      { difference: 'WRONG_SIZE', key: `${place}/data`, bytes: 3, expectedBytes: 4 },
      { difference: 'MISSING', key: `${place}/manifest`, bytes: null, expectedBytes: 3 },
      { difference: 'UNKNOWN', key: `${former}/data`, bytes: 10, expectedBytes: null },
      { difference: 'UNKNOWN', key: `${stranger}/data`, bytes: 5, expectedBytes: null },
    ])
  })

  it.each([
    ['is being made', []],
    ['failed and is being removed', ['BackupFailed']],
    ['is being deleted', ['BackupCompleted', 'BackupDeletionRequested']],
  ] as const)('leaves out what is of a backup that %s', async (_what, types) => {
    const { store, log, check } = setUp()
    log.add('BackupRequested', shop)
    for (const type of types) log.add(type, shop)
    await store.put(`${place}/data`, streamOf('data'))
    expect((await check()).differences).toEqual([])
  })

  it('takes what is left of one that was removed for unknown', async () => {
    const { store, log, check } = setUp()
    for (const type of ['BackupRequested', 'BackupCompleted', 'BackupDeletionRequested', 'BackupRemoved'] as const)
      log.add(type, shop)
    await store.put(`${place}/data`, streamOf('data'))
    expect((await check()).differences).toMatchObject([{ difference: 'UNKNOWN' }])
  })
})
