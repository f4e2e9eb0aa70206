import type { EngineInstance } from '../../engine.ts'
import { withAdministration } from '../session.ts'

/**
 * Gives back the log that no recovery needs any more, down to `min_wal_size`. Before that, one session in each database: the first after a start writes a
 * file of the catalogue's cache, and no other session begins where it cannot. Two checkpoints: what the first one logs may still hold a segment. Throws
 * `EngineFault` (`ENGINE_UNREACHABLE`, `ENGINE_REFUSED`).
 */
export const giveRoomBack = async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
  const databases = await withAdministration(instance, 'postgres', signal, (query) =>
    query('SELECT datname FROM pg_database WHERE datallowconn'),
  )
  for (const { datname } of databases) {
    await withAdministration(instance, String(datname), signal, (query) => query('SELECT 1'))
  }
  await withAdministration(instance, 'postgres', signal, async (query) => {
    await query('CHECKPOINT')
    await query('CHECKPOINT')
  })
}
