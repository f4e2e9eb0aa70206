import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createGroupCommit, type GroupCommit } from '../../../commands/adapters/embedded/group-commit.ts'
import { StorageFailure } from '../../../commands/adapters/embedded/sqlite-errors.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('group-commit')
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

describe('writes to one database file', () => {
  let connection: DatabaseSync
  let path: string
  let commits: number
  let group: GroupCommit

  beforeEach(() => {
    path = `${dir.next()}.db`
    connection = new DatabaseSync(path, { timeout: 0 })
    connection.exec('PRAGMA journal_mode = WAL; CREATE TABLE numbers (n INTEGER PRIMARY KEY, text TEXT)')
    commits = 0
    group = createGroupCommit(connection, { lockTimeoutMs: 5_000, onCommit: () => commits++ })
  })
  afterEach(async () => {
    await group.close()
    connection.close()
  })

  const insert = (n: number, text = ''): number => {
    connection.prepare('INSERT INTO numbers VALUES (?, ?)').run(n, text)
    return n
  }
  const stored = (): number[] =>
    connection
      .prepare('SELECT n FROM numbers ORDER BY n')
      .all()
      .map((row) => Number(row.n))
  const other = (): DatabaseSync => new DatabaseSync(path, { timeout: 0 })

  it('made in one turn are one transaction, and each caller gets its own result', async () => {
    expect(await Promise.all(range(100).map((n) => group.write(() => insert(n))))).toEqual(range(100))
    expect(commits).toBe(1)
    expect(stored()).toEqual(range(100))
  })

  it('made by callers who waited for the one before go out together', async () => {
    await Promise.all(
      range(50).map(async (caller) => {
        for (let round = 0; round < 10; round++) await group.write(() => insert(round * 50 + caller))
      }),
    )
    expect(commits).toBe(10)
    expect(stored()).toHaveLength(500)
  })

  it('wait for the disk, unless none of a transaction is in a hurry', async () => {
    // 1: NORMAL, 2: FULL.
    const synchronous = (): unknown => connection.prepare('PRAGMA synchronous').get()?.synchronous
    expect(await group.write(synchronous)).toBe(2)
    expect(await group.writeSoon(synchronous, 0)).toBe(1)
    expect(await Promise.all([group.writeSoon(synchronous, 1_000_000), group.write(synchronous)])).toEqual([2, 2])
    expect(await group.writeSoon(() => insert(1), 0)).toBe(1)
    expect(await group.write(synchronous)).toBe(2)
    expect(stored()).toEqual([1])
  })

  it('do not wait for a timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
    try {
      expect(await group.write(() => insert(1))).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  it('are seen by others only when the caller is told, and then at once', async () => {
    const reader = other()
    const count = () => reader.prepare('SELECT COUNT(*) AS n FROM numbers').get()?.n
    const written = group.write(() => insert(1))
    expect(count()).toBe(0)
    await written
    expect(count()).toBe(1)
    reader.close()
  })

  it('that throw are undone alone, with what they had already changed', async () => {
    const results = await Promise.allSettled([
      group.write(() => insert(1)),
      group.write(() => {
        insert(2)
        throw new RangeError('second thoughts')
      }),
      group.write(() => insert(1)),
      group.write(() => insert(3)),
    ])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { name: 'RangeError', message: 'second thoughts' } })
    expect(results[2]).toMatchObject({ reason: { code: 'ERR_SQLITE_ERROR' } })
    expect(stored()).toEqual([1, 3])
  })

  it('that throw alone in their turn leave nothing and nothing open', async () => {
    const failed = group.write(() => {
      insert(1)
      throw new RangeError('second thoughts')
    })
    await expect(failed).rejects.toThrow(RangeError)
    await group.write(() => insert(2))
    expect(stored()).toEqual([2])
  })

  it('all fail when the disk is full, and the next ones succeed when it is not', async () => {
    await group.write(() => insert(0))
    connection.exec('PRAGMA max_page_count = 1')
    const results = await Promise.allSettled([
      group.write(() => insert(1)),
      group.write(() => insert(2, 'x'.repeat(100_000))),
      group.write(() => insert(3)),
    ])
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORAGE_FAILURE', cause: { errcode: 13 } } })
    }
    connection.exec('PRAGMA max_page_count = 1000000')
    await group.write(() => insert(2, 'x'.repeat(100_000)))
    expect(stored()).toEqual([0, 2])
  })

  it('wait for another process that is writing, without holding up anything else', async () => {
    const holder = other()
    holder.exec('BEGIN IMMEDIATE')
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    const written = [group.write(() => insert(1))]
    while (turns < 20) await new Promise((resolve) => setTimeout(resolve, 1))
    written.push(group.write(() => insert(2)))
    expect(commits).toBe(0)
    holder.exec('ROLLBACK')
    expect(await Promise.all(written)).toEqual([1, 2])
    expect(commits).toBe(1)
    clearInterval(ticking)
    holder.close()
  })

  it('fail when another process does not stop writing in time', async () => {
    const hasty = createGroupCommit(connection, { lockTimeoutMs: 20, onCommit: () => undefined })
    const holder = other()
    holder.exec('BEGIN IMMEDIATE')
    await expect(hasty.write(() => insert(1))).rejects.toBeInstanceOf(StorageFailure)
    holder.exec('ROLLBACK')
    expect(await hasty.write(() => insert(2))).toBe(2)
    expect(stored()).toEqual([2])
    holder.close()
  })

  it('in no hurry ride along with the next, or go by themselves when their time has come', async () => {
    const patient = group.writeSoon(() => insert(1), 1_000_000)
    expect(commits).toBe(0)
    await group.write(() => insert(2))
    expect(await patient).toBe(1)
    expect(commits).toBe(1)
    expect(await group.writeSoon(() => insert(3), 5)).toBe(3)
    // A later one with less time must not wait for the first.
    const [slow, quick] = [group.writeSoon(() => insert(4), 1_000_000), group.writeSoon(() => insert(5), 5)]
    expect(await Promise.all([slow, quick])).toEqual([4, 5])
  })

  it('are committed by close, after which there are no more', async () => {
    const written = [group.write(() => insert(1)), group.writeSoon(() => insert(2), 1_000_000)]
    await group.close()
    expect(await Promise.all(written)).toEqual([1, 2])
    await expect(group.write(() => insert(3))).rejects.toBeInstanceOf(StorageFailure)
    expect(stored()).toEqual([1, 2])
  })
})
