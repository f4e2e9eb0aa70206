import { readFile } from 'node:fs/promises'
import type { Parameter } from '../../../../domain/values/parameter.ts'
import type { EngineInstance } from '../../engine.ts'
import { configurationOf } from '../places.ts'
import { withAdministration } from '../session.ts'
import { parseSettings } from './settings.ts'

/** All in one command: Redis takes all of them, or none. Throws `EngineFault`, or the signal's reason. */
export const applyParameters = async (
  instance: EngineInstance,
  changed: readonly Parameter[],
  signal: AbortSignal,
): Promise<void> => {
  const written = parseSettings(await readFile(configurationOf(instance), 'utf8'))
  const words = changed.flatMap(({ name, default: own }) => [name, written.get(name) ?? own ?? ''])
  await withAdministration(instance, signal, (ask) => ask('CONFIG', 'SET', ...words))
}
