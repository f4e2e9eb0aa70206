import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { toFault } from '../../../agent/faults.ts'
import { CommandFailed } from '../../../agent/run.ts'

const sqliteFull = (): unknown => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE notes (text TEXT); PRAGMA max_page_count = 2')
  try {
    database.prepare('INSERT INTO notes VALUES (?)').run('x'.repeat(100_000))
  } catch (error) {
    return error
  }
  throw new Error('there was room')
}

describe('a full disk', () => {
  it.each([
    ['the system', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })],
    ['a quota', Object.assign(new Error('EDQUOT: disk quota exceeded'), { code: 'EDQUOT' })],
    ['a tool', new CommandFailed('cp', 1, undefined, "cp: error writing 'x': No space left on device")],
    ['the journal', sqliteFull()],
  ])('is called by its name and may be tried again, when %s noticed it', (_who, error) => {
    expect(toFault(error)).toMatchObject({ code: 'DISK_FULL', retryable: true })
  })
})
