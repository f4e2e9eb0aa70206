import { chmodSync, chownSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, it } from 'vitest'
import { isRoot, stranger } from '../support/privileges.ts'
import { startRefusedServer } from '../support/server-process.ts'
import { createServerSite } from '../support/server-site.ts'
import { createTempDir } from '../support/temp-dir.ts'

// On one site only: of the data directory of the embedded form.

const site = createServerSite('storage')
const directory = createTempDir('storage')
let sound: Buffer

beforeAll(async () => {
  const server = await site.start()
  await server.stop()
  sound = readFileSync(join(site.dataDir, 'coffer.db'))
})

const changed =
  (change: (file: string) => void) =>
  (file: string): void => {
    writeFileSync(file, sound)
    change(file)
  }
const inSqlite =
  (statement: string) =>
  (file: string): void => {
    const database = new DatabaseSync(file)
    database.exec(statement)
    database.close()
  }

describe('a server that finds', () => {
  it.each([
    ['a log that was cut off', changed((file) => truncateSync(file, sound.length / 2)), 'cut off', 'Restore a copy'],
    ['an empty log', changed((file) => truncateSync(file, 0)), '0 bytes', 'Restore a copy'],
    [
      'a damaged log',
      changed((file) => writeFileSync(file, Buffer.from(sound).fill(7, 4096, 3 * 4096))),
      'damaged',
      'Restore a copy',
    ],
    ['a log of a newer Coffer', changed(inSqlite('PRAGMA user_version = 99')), 'version 99', 'Run the newer Coffer'],
    ['a database of another program', inSqlite('CREATE TABLE theirs (id)'), 'another program', 'Move it away'],
    [
      'a file that is no database',
      (file: string) => writeFileSync(file, 'notes\n'.repeat(500)),
      'not an SQLite',
      'Move it away',
    ],
  ] as const)(
    '%s refuses to start, says what to do, and leaves every byte as it was',
    async (_what, make, reason, remedy) => {
      const dataDir = directory.next()
      mkdirSync(dataDir, { mode: 0o700 })
      const file = join(dataDir, 'coffer.db')
      make(file)
      const before = readFileSync(file)
      const { code, stderr } = await startRefusedServer({ dataDir })
      expect(code).toBe(1)
      expect(stderr).toContain(file)
      expect(stderr).toContain(reason)
      expect(stderr).toContain(remedy)
      expect(stderr).not.toContain('    at ')
      expect(readFileSync(file).equals(before)).toBe(true)
    },
  )

  it('a data directory of another account, or one it may not write to, says so', async () => {
    const dataDir = directory.next()
    mkdirSync(dataDir, { mode: 0o700 })
    // Root may write everywhere; to it, what belongs to another is what is not its own.
    if (isRoot) chownSync(dataDir, stranger.uid, stranger.gid)
    else chmodSync(dataDir, 0o500)
    const { code, stderr } = await startRefusedServer({ dataDir })
    expect(code).toBe(1)
    expect(stderr).toContain(isRoot ? `belongs to user ${stranger.uid}` : 'cannot be written to')
    expect(stderr).toContain('choose another data directory')
    expect(stderr).not.toContain('    at ')
  })

  it('a file where its data directory should be says so', async () => {
    const dataDir = directory.next()
    writeFileSync(dataDir, 'in the way')
    const { code, stderr } = await startRefusedServer({ dataDir })
    expect(code).toBe(1)
    expect(stderr).toContain(dataDir)
    expect(stderr).not.toContain('    at ')
    expect(readFileSync(dataDir, 'utf8')).toBe('in the way')
  })

  it('configuration it cannot use names all that is wrong at once', async () => {
    const { code, stderr } = await startRefusedServer({
      dataDir: directory.next(),
      env: { COFFER_PORT: 'eighty', COFFER_RATE_LIMIT: '-1' },
    })
    expect(code).toBe(1)
    expect(stderr).toContain('COFFER_PORT is "eighty"')
    expect(stderr).toContain('COFFER_RATE_LIMIT is "-1"')
  })
})
