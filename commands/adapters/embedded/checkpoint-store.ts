import type { Checkpoint, CheckpointStore } from '../../ports/checkpoint-store.ts'
import type { EmbeddedDatabase } from './open-database.ts'

export const createEmbeddedCheckpointStore = ({
  database,
}: {
  readonly database: EmbeddedDatabase
}): CheckpointStore => {
  const select = database.connection.prepare('SELECT position, version, holder FROM checkpoints WHERE name = ?')
  const insert = database.connection.prepare(
    'INSERT INTO checkpoints (name, position, version, holder) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING',
  )
  const update = database.connection.prepare(
    'UPDATE checkpoints SET position = ?, version = version + 1, holder = ? WHERE name = ? AND version = ?',
  )
  return {
    load: async (name) => {
      const row = database.read(() => select.get(name))
      // The columns are typed by the table, which is STRICT.
      return row ? (row as Checkpoint) : null
    },
    save: async (name, { position, holder }, expectedVersion) => {
      const { changes } = await database.write(() =>
        expectedVersion === 0
          ? insert.run(name, position, holder)
          : update.run(position, holder, name, expectedVersion),
      )
      return changes === 1 ? 'saved' : 'stale'
    },
  }
}
