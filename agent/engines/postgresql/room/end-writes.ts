import type { EngineInstance } from '../../engine.ts'
import { withAdministration } from '../session.ts'

/**
 * Ends the sessions of clients whose transaction has written: a transaction that began before writes were refused would go on with them. Throws
 * `EngineFault` (`ENGINE_UNREACHABLE`, `ENGINE_REFUSED`).
 */
export const endWrites = (instance: EngineInstance, signal: AbortSignal): Promise<void> =>
  withAdministration(instance, 'postgres', signal, async (query) => {
    await query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE backend_xid IS NOT NULL AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    )
  })
