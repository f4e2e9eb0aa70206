import type { WrappedKeys } from '../../ports/key-store.ts'
import type { EmbeddedDatabase } from './open-database.ts'

/** What is removed is overwritten in the file, where the next checkpoint of SQLite writes it. */
export const createEmbeddedWrappedKeys = ({ database }: { readonly database: EmbeddedDatabase }): WrappedKeys => {
  const { connection } = database
  const select = connection.prepare('SELECT wrapped FROM keys WHERE subject = ?')
  const insert = connection.prepare('INSERT INTO keys (subject, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const remove = connection.prepare('DELETE FROM keys WHERE subject = ?')
  const get = (subject: string): string | null => {
    const row = database.read(() => select.get(subject))
    // The column is typed by the table, which is STRICT.
    return row ? (row.wrapped as string) : null
  }
  return {
    get: async (subject) => get(subject),
    add: async (subject, wrapped) => {
      await database.write(() => insert.run(subject, wrapped))
      return get(subject) ?? wrapped
    },
    remove: async (subject) => {
      await database.write(() => {
        connection.exec('PRAGMA secure_delete = ON')
        remove.run(subject)
        connection.exec('PRAGMA secure_delete = OFF')
      })
    },
  }
}
