import { readFile } from 'node:fs/promises'
import type { EngineInstance, EngineLimits } from '../../engine.ts'
import { writeOwnedFile } from '../../owned-file.ts'
import { toEngineFault } from '../faults.ts'
import { configurationOf } from '../places.ts'
import type { Query } from '../protocol/connection.ts'
import { endSessions } from '../room/end-sessions.ts'
import { withAdministration } from '../session.ts'
import { quoted } from '../sql.ts'
import { parseLiveSettings, renderSettings, settingsOf } from './settings.ts'

const header = '# Written by Coffer at every start: changes made here are lost.\n'

/** Writes `coffer.cnf`, the only file of options that the server reads. Throws `EngineFault` (`CONFIGURE_FAILED`, `DISK_FULL`). */
export const configure = async (instance: EngineInstance, limits: EngineLimits): Promise<void> => {
  try {
    const text = header + renderSettings(settingsOf(instance, limits))
    await writeOwnedFile(configurationOf(instance), text, instance.owner)
  } catch (error) {
    throw toEngineFault(error, 'write the configuration', 'CONFIGURE_FAILED')
  }
}

/**
 * Whether a session may write is decided at its beginning, so those that began under another rule are ended: a pool would keep them. Throws
 * `EngineFault`, or the signal's reason.
 */
export const applyConfiguration = async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
  const wanted = parseLiveSettings(await readFile(configurationOf(instance), 'utf8'))
  await withAdministration(instance, signal, async (query) => {
    await query(`SET GLOBAL init_connect = ${quoted(wanted.init_connect)}`)
    if ((await readOnlyNow(query)) === wanted.transaction_read_only) return
    await query(`SET GLOBAL TRANSACTION READ ${wanted.transaction_read_only === 'ON' ? 'ONLY' : 'WRITE'}`)
    await endSessions(query, 'all')
  })
}

/** Called `tx_read_only` before MariaDB 11.1. */
const readOnlyNow = async (query: Query): Promise<string | null | undefined> => {
  const [found] = await query("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('tx_read_only', 'transaction_read_only')")
  return found?.Value
}

/** New sessions get the certificate that is in the files now. */
export const reloadCertificate = (instance: EngineInstance, signal: AbortSignal): Promise<void> =>
  withAdministration(instance, signal, async (query) => {
    await query('FLUSH LOCAL SSL')
  })
