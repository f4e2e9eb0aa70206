import type { EmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'

/** Lets the file grow no further: SQLite answers SQLITE_FULL, as it does on a full disk. Returns what makes room again. */
export const fillDisk = (database: EmbeddedDatabase): (() => Promise<void>) => {
  const limit = (pages: number): void => database.connection.exec(`PRAGMA max_page_count = ${pages}`)
  limit(1)
  return async () => limit(0xfffffffe)
}
