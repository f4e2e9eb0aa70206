import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { DatabaseRefused } from '../../../commands/adapters/embedded/inspect-database.ts'
import { databaseFileName, openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { schemaVersion } from '../../../commands/adapters/embedded/schema.ts'
import { createEmbeddedWrappedKeys } from '../../../commands/adapters/embedded/wrapped-keys.ts'
import { createStreamName } from '../../../domain/stream.ts'
import { anEvent } from '../../support/any-event.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('open-database')
const stream = createStreamName('instance', 'one')

/** A data directory with a log of about 2 MB in it, as an orderly stop leaves it. */
const aDataDir = async (): Promise<string> => {
  const dataDir = dir.next()
  await fill(dataDir)
  return dataDir
}

const fill = async (dataDir: string): Promise<void> => {
  const database = openEmbeddedDatabase({ dataDir })
  const store = createEmbeddedEventStore({ database })
  const text = 'x'.repeat(2_000)
  await store.append(
    stream,
    Array.from({ length: 1_000 }, (_, n) => anEvent({ n, text })),
    'no-stream',
  )
  await database.close()
}

/** The same, as a kill leaves it: what was written last is only in the write-ahead log. */
const aKilledDataDir = async (): Promise<string> => {
  const running = dir.next()
  await fill(running)
  const database = openEmbeddedDatabase({ dataDir: running })
  const store = createEmbeddedEventStore({ database })
  await store.append(
    stream,
    Array.from({ length: 100 }, (_, n) => anEvent({ n })),
    999,
  )
  const dataDir = dir.next()
  cpSync(running, dataDir, { recursive: true })
  rmSync(join(dataDir, `${databaseFileName}-shm`))
  await database.close()
  return dataDir
}

const countEvents = async (dataDir: string): Promise<number> => {
  const database = openEmbeddedDatabase({ dataDir })
  const store = createEmbeddedEventStore({ database })
  let count = 0
  for await (const page of store.readStream(stream)) count += page.length
  await database.close()
  return count
}

const refusal = (dataDir: string): DatabaseRefused => {
  try {
    openEmbeddedDatabase({ dataDir }).connection.close()
  } catch (error) {
    if (error instanceof DatabaseRefused) return error
    throw error
  }
  throw new Error('the file was not refused')
}

const file = (dataDir: string): string => join(dataDir, databaseFileName)

describe('opening the database file', { timeout: 60_000 }, () => {
  it('makes it, readable for nobody else, and finds everything again the next time', async () => {
    const dataDir = await aDataDir()
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(statSync(file(dataDir)).mode & 0o777).toBe(0o600)
    expect(readdirSync(dataDir)).toEqual([databaseFileName])
    expect(await countEvents(dataDir)).toBe(1_000)
  })

  it('finds everything after a kill, also what is only in the write-ahead log', async () => {
    const dataDir = await aKilledDataDir()
    expect(statSync(`${file(dataDir)}-wal`).size).toBeGreaterThan(0)
    expect(await countEvents(dataDir)).toBe(1_100)
  })

  it('finds everything after a kill that hit while the file was still growing to what the write-ahead log has', async () => {
    const dataDir = await aKilledDataDir()
    truncateSync(file(dataDir), statSync(file(dataDir)).size - 4_096)
    expect(await countEvents(dataDir)).toBe(1_100)
  })

  it('gives a file of before the tables that have come since, and leaves all else of it', async () => {
    const dataDir = await aDataDir()
    const former = new DatabaseSync(file(dataDir))
    former.exec('DROP TABLE keys')
    former.close()
    const database = openEmbeddedDatabase({ dataDir })
    const keys = createEmbeddedWrappedKeys({ database })
    expect(await keys.add('one', 'wrapped')).toBe('wrapped')
    await database.close()
    expect(await countEvents(dataDir)).toBe(1_000)
  })

  it('works while others have it open, and when many make it at once', async () => {
    const dataDir = dir.next()
    const databases = Array.from({ length: 3 }, () => openEmbeddedDatabase({ dataDir }))
    for (const database of databases) await database.close()
    expect(await countEvents(dataDir)).toBe(0)
  })

  it('makes every commit durable before it is told', async () => {
    const database = openEmbeddedDatabase({ dataDir: dir.next() })
    expect(database.connection.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(database.connection.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    await database.close()
  })
})

describe('a database file is refused, and left as it is,', { timeout: 60_000 }, () => {
  const expectRefused = (dataDir: string, code: string): void => {
    const before = contents(dataDir)
    const error = refusal(dataDir)
    expect(error).toMatchObject({ code, path: file(dataDir) })
    expect(error.message).toContain(file(dataDir))
    expect(error.message).toMatch(/Restore a copy|[Mm]ove it away|move the log away|Run the newer Coffer/)
    expect(contents(dataDir)).toEqual(before)
  }
  /** The `-shm` file is a cache that every reader makes anew. */
  const contents = (dataDir: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(dataDir)
        .filter((name) => !name.endsWith('-shm') && statSync(join(dataDir, name)).isFile())
        .filter((name) => !name.endsWith('-wal') || statSync(join(dataDir, name)).size > 0)
        .map((name) => [name, readFileSync(join(dataDir, name), 'base64')]),
    )

  it.each([
    ['to nothing', () => 0, 'DATABASE_TRUNCATED'],
    ['to a few bytes', () => 100, 'DATABASE_TRUNCATED'],
    ['to one page', () => 4_096, 'DATABASE_TRUNCATED'],
    ['to half', (size: number) => Math.floor(size / 2), 'DATABASE_TRUNCATED'],
    ['by one page', (size: number) => size - 4_096, 'DATABASE_TRUNCATED'],
    ['by one byte', (size: number) => size - 1, 'DATABASE_TRUNCATED'],
  ] as const)('when it was cut %s', async (_, cut, code) => {
    const dataDir = await aDataDir()
    truncateSync(file(dataDir), cut(statSync(file(dataDir)).size))
    expectRefused(dataDir, code)
  })

  it.each([
    ['to a few bytes', () => 100],
    ['to half', (size: number) => Math.floor(size / 2)],
    ['by a hundred pages', (size: number) => size - 100 * 4_096],
  ] as const)(
    'when it was cut %s after a kill, though SQLite itself takes the write-ahead log for the rest',
    async (_, cut) => {
      const dataDir = await aKilledDataDir()
      truncateSync(file(dataDir), cut(statSync(file(dataDir)).size))
      expectRefused(dataDir, 'DATABASE_TRUNCATED')
    },
  )

  it('when pages in the middle were overwritten', async () => {
    const dataDir = await aDataDir()
    const bytes = readFileSync(file(dataDir))
    bytes.fill(0xff, 40 * 4_096, 60 * 4_096)
    writeFileSync(file(dataDir), bytes)
    expectRefused(dataDir, 'DATABASE_DAMAGED')
  })

  it('when it is something else', async () => {
    const dataDir = dir.next()
    mkdirSync(dataDir)
    writeFileSync(file(dataDir), 'Dear diary, '.repeat(1_000))
    expectRefused(dataDir, 'DATABASE_NOT_SQLITE')
  })

  it.each(['delete', 'wal'])('when it is the database of another program (journal mode %s)', (mode) => {
    const dataDir = dir.next()
    mkdirSync(dataDir)
    const foreign = new DatabaseSync(file(dataDir))
    foreign.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE events (position INTEGER)`)
    foreign.close()
    expectRefused(dataDir, 'DATABASE_NOT_COFFER')
  })

  it('when a newer Coffer wrote it', async () => {
    const dataDir = await aDataDir()
    const newer = new DatabaseSync(file(dataDir))
    newer.exec(`PRAGMA user_version = ${schemaVersion + 1}`)
    newer.close()
    expectRefused(dataDir, 'DATABASE_TOO_NEW')
  })

  it('when it is gone and its write-ahead log is not', async () => {
    const dataDir = await aKilledDataDir()
    rmSync(file(dataDir))
    expectRefused(dataDir, 'DATABASE_MISSING')
    expect(() => statSync(file(dataDir))).toThrow('ENOENT')
  })

  it('when it is a directory', () => {
    const dataDir = dir.next()
    mkdirSync(file(dataDir), { recursive: true })
    expectRefused(dataDir, 'DATABASE_UNREADABLE')
  })

  it('and works again when a copy is put back', async () => {
    const dataDir = await aDataDir()
    const copy = `${dir.next()}.copy`
    copyFileSync(file(dataDir), copy)
    truncateSync(file(dataDir), 8_192)
    expectRefused(dataDir, 'DATABASE_TRUNCATED')
    copyFileSync(copy, file(dataDir))
    expect(await countEvents(dataDir)).toBe(1_000)
  })
})

describe('a deleted stream', { timeout: 60_000 }, () => {
  it('leaves none of its data in any file', async () => {
    const dataDir = dir.next()
    const database = openEmbeddedDatabase({ dataDir })
    const store = createEmbeddedEventStore({ database })
    const key = createStreamName('key', 'one')
    const secret = 'wrapped-key-material-'
    const events = Array.from({ length: 50 }, (_, n) => anEvent({ secret: `${secret}${n}`, long: secret.repeat(500) }))
    await store.append(createStreamName('key', 'before'), [anEvent({})], 'no-stream')
    await store.append(key, events, 'no-stream')
    await store.append(createStreamName('key', 'after'), [anEvent({})], 'no-stream')
    const found = () => readdirSync(dataDir).filter((name) => readFileSync(join(dataDir, name)).includes(secret))
    expect(found()).not.toEqual([])
    await store.deleteStream(key)
    expect(found()).toEqual([])
    await database.close()
    expect(found()).toEqual([])
  })
})
