import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createBackupDirectory } from '../../../../../commands/adapters/backup-directory/backup-store.ts'
import { contentOf, describeBackupStore, streamOf } from '../../../../contracts/backup-store.contract.ts'
import { createTempDir } from '../../../../support/temp-dir.ts'

const temp = createTempDir('backup-directory')
const now = Date.parse('2026-03-01T12:00:00Z')
const open = (folder: string) => createBackupDirectory(join(temp.path, folder), () => now)

describeBackupStore('a directory', async () => open('contract'))

it('is closed to other accounts, whatever the umask', async () => {
  const before = process.umask(0)
  try {
    await open('closed').put('a/b', streamOf('x'))
  } finally {
    process.umask(before)
  }
  const mode = (path: string) => statSync(join(temp.path, 'closed', path)).mode & 0o777
  expect([mode(''), mode('a'), mode('a/b')]).toEqual([0o700, 0o700, 0o600])
})

it('removes the drafts of puts that were cut off long ago, and no others', async () => {
  const folder = join(temp.path, 'drafts', '.drafts')
  mkdirSync(folder, { recursive: true })
  for (const [name, hours] of Object.entries({ old: 25, young: 23 })) {
    writeFileSync(join(folder, name), 'half')
    const at = new Date(now - hours * 3_600_000)
    utimesSync(join(folder, name), at, at)
  }
  await open('drafts').put('a', streamOf('x'))
  expect(readdirSync(folder)).toEqual(['young'])
})

it('leaves no folder behind that has nothing in it', async () => {
  const store = open('emptied')
  await store.put('a/b/c', streamOf('x'))
  await store.remove(['a/b/c'])
  expect(existsSync(join(temp.path, 'emptied', 'a'))).toBe(false)
  expect(existsSync(join(temp.path, 'emptied'))).toBe(true)
})

it.skipIf(process.getuid?.() === 0)(
  'says what keeps it from being written (needs an account other than root)',
  async () => {
    mkdirSync(join(temp.path, 'locked'))
    chmodSync(join(temp.path, 'locked'), 0o500)
    const put = open('locked').put('a', streamOf('x'))
    await expect(put).rejects.toMatchObject({ code: 'REFUSED', message: expect.stringContaining('backup directory') })
  },
)

it('says that what stands in its way is no directory', async () => {
  writeFileSync(join(temp.path, 'file'), '')
  const put = open('file').put('a', streamOf('x'))
  await expect(put).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('ENOTDIR') })
  await expect(contentOf(open('file').get('a'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
