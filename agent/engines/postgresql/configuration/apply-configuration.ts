import type { Timers } from '../../../../kernel/timers.ts'
import type { EngineInstance } from '../../engine.ts'
import { withAdministration } from '../session.ts'

const pollMs = 10

/**
 * Resolves when every session that begins from now on follows the configuration as it stands in the files: a new one says when its postmaster has
 * read them last. Throws `EngineFault` (`ENGINE_UNREACHABLE`, `ENGINE_REFUSED`), or the signal's reason.
 */
export const applyConfiguration = async (
  timers: Timers,
  instance: EngineInstance,
  signal: AbortSignal,
): Promise<void> => {
  const before = await withAdministration(instance, 'postgres', signal, async (query) => {
    const [loaded] = await query('SELECT pg_conf_load_time()::text AS at')
    await query('SELECT pg_reload_conf()')
    return loaded?.at
  })
  while ((await loadedAt(instance, signal)) === before) await timers.sleep(pollMs, { signal })
}

const loadedAt = (instance: EngineInstance, signal: AbortSignal): Promise<unknown> =>
  withAdministration(instance, 'postgres', signal, async (query) => {
    const [loaded] = await query('SELECT pg_conf_load_time()::text AS at')
    return loaded?.at
  })
