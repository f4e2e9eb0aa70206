import { sizeSettings } from '../../../../domain/engines/postgresql-settings.ts'
import type { Timers } from '../../../../kernel/timers.ts'
import type { EngineInstance } from '../../engine.ts'
import { withAdministration } from '../session.ts'
import { applyConfiguration } from './apply-configuration.ts'

/** Those of another context than `postmaster` are there with the reload (PostgreSQL documentation 53.25, `pg_settings`). */
export const followSize = async (
  timers: Timers,
  instance: EngineInstance,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  await applyConfiguration(timers, instance, signal)
  const names = Object.keys(sizeSettings(instance.spec, instance.installation.version))
  return withAdministration(instance, 'postgres', signal, async (query) => {
    const rows = await query('SELECT name FROM pg_settings WHERE pending_restart AND name = ANY($1) ORDER BY name', [
      names,
    ])
    return rows.map(({ name }) => String(name))
  })
}
