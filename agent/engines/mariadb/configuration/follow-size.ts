import { readFile } from 'node:fs/promises'
import { mariadbConfiguration } from '../../../../domain/engines/mariadb-configuration.ts'
import type { EngineInstance } from '../../engine.ts'
import { configurationOf } from '../places.ts'
import { type Query, ServerError } from '../protocol/connection.ts'
import { withAdministration } from '../session.ts'
import { quoted } from '../sql.ts'
import { applyConfiguration } from './configuration.ts'
import { parseSettings } from './settings.ts'

const chunkSize = 'innodb_buffer_pool_chunk_size'
/** ER_INCORRECT_GLOBAL_LOCAL_VAR: the variable is a read-only variable. */
const readOnly = 1238

/**
 * A buffer that grows is there at once, and one that is to give memory back does so with a restart: a pool that shrinks under load takes as long as its pages
 * are in use. What neither takes (the small buffers of Aria and of the log) grows with the next start, and nobody is disturbed for it.
 */
export const followSize = async (instance: EngineInstance, signal: AbortSignal): Promise<readonly string[]> => {
  await applyConfiguration(instance, signal)
  const written = parseSettings(await readFile(configurationOf(instance), 'utf8'))
  const names = Object.keys(mariadbConfiguration.defaults(instance.spec, instance.installation.version))
  return withAdministration(instance, signal, async (query) => {
    const present = await readVariables(query, [...names, chunkSize])
    // The pool is always whole chunks, rounded up.
    const chunk = present.get(chunkSize) ?? 0
    const pending: string[] = []
    for (const name of names) {
      const wanted = mariadbConfiguration.quantity(written[name] ?? '', null)
      const has = present.get(name)
      if (wanted === null || has === undefined || wanted === has) continue
      if (!mariadbConfiguration.memory.includes(name) || wanted > has) await trySet(query, name, wanted)
      else if (name !== 'innodb_buffer_pool_size' || has - wanted >= chunk) pending.push(name)
    }
    return pending.toSorted()
  })
}

const readVariables = async (query: Query, names: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const rows = await query(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names.map(quoted).join(', ')})`)
  return new Map(rows.map(({ Variable_name: name, Value: value }) => [String(name), Number(value)]))
}

const trySet = async (query: Query, name: string, value: number): Promise<void> => {
  try {
    await query(`SET GLOBAL ${name} = ${value}`)
  } catch (error) {
    if (!(error instanceof ServerError) || error.number !== readOnly) throw error
  }
}
