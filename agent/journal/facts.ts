import type { DatabaseSync } from 'node:sqlite'

export type Facts = ReturnType<typeof createFacts>

/** Small things found once and kept, by name. */
export const createFacts = (database: DatabaseSync) => {
  const find = database.prepare('SELECT value FROM facts WHERE name = ?')
  const put = database.prepare(
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  return {
    get: (name: string): string | null => {
      const row = find.get(name)
      return row ? String(row.value) : null
    },
    set: (name: string, value: string): void => {
      put.run(name, value)
    },
  }
}
