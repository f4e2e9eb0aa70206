import { readFile } from 'node:fs/promises'
import { mariadbConfiguration } from '../../../../domain/engines/mariadb-configuration.ts'
import type { Parameter } from '../../../../domain/values/parameter.ts'
import type { EngineInstance } from '../../engine.ts'
import { configurationOf } from '../places.ts'
import { withAdministration } from '../session.ts'
import { named, quoted } from '../sql.ts'
import { parseSettings } from './settings.ts'

/** New sessions have them; one that is open keeps its own. Throws `EngineFault`, or the signal's reason. */
export const applyParameters = async (
  instance: EngineInstance,
  changed: readonly Parameter[],
  signal: AbortSignal,
): Promise<void> => {
  const written = parseSettings(await readFile(configurationOf(instance), 'utf8'))
  await withAdministration(instance, signal, async (query) => {
    for (const parameter of changed) {
      await query(`SET GLOBAL ${named(parameter.name)} = ${literal(parameter, written[parameter.name])}`)
    }
  })
}

const on: readonly string[] = ['on', 'true', 'yes', '1']

/** `SET` takes no suffixes, and no number in quotes (MariaDB documentation, "SET"). */
const literal = ({ type }: Parameter, text: string | undefined): string => {
  if (text === undefined) return 'DEFAULT'
  switch (type) {
    case 'boolean':
      return on.includes(text.toLowerCase()) ? 'ON' : 'OFF'
    case 'integer':
    case 'number':
      return String(mariadbConfiguration.quantity(text, null) ?? 'DEFAULT')
    case 'enum':
    case 'set':
    case 'text':
      return quoted(text)
  }
}
