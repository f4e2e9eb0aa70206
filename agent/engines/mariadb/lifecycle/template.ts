import { chown, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../../files.ts'
import { isFull, systemErrorIn } from '../../../system-errors.ts'
import { EngineFault, type Installation, type Owner } from '../../engine.ts'
import { ProgramFailed } from '../../run-program.ts'
import { programSettings } from '../configuration/settings.ts'
import { toEngineFault } from '../faults.ts'
import { databasesOf, temporaryFilesOf } from '../places.ts'
import { carryOut, lines, ownAccounts } from './bootstrap.ts'

/** What `mariadb-install-db` carries out, in its order. Files of the program, in `share/mysql`. */
const systemTables = [
  'mysql_system_tables.sql',
  'mysql_performance_tables.sql',
  'mysql_system_tables_data.sql',
  'fill_help_tables.sql',
  'maria_add_gis_sp_bootstrap.sql',
  'mysql_sys_schema.sql',
]

/** What holds in every instance before anybody can reach it: of the accounts that a new server has, the owner of its own views is left, which is locked. */
const baseline = (owner: Owner): readonly string[] => [
  "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys'",
  'DELETE FROM mysql.proxies_priv',
  'FLUSH PRIVILEGES',
  ...ownAccounts(owner),
]

/**
 * Makes an initialised, cleanly stopped directory, owned by `owner`: system tables, and the agent's accounts. It is built beside its place and renamed; when it
 * is there already, that one stays. Throws `EngineFault` (`TEMPLATE_FAILED`, `DISK_FULL`), or the signal's reason.
 */
export const createTemplate = async (
  installation: Installation,
  directory: string,
  owner: Owner,
  signal: AbortSignal,
): Promise<void> => {
  signal.throwIfAborted()
  if (await exists(directory)) return
  const draft = `${directory}.building-${process.pid}`
  const places = { dataDir: draft }
  try {
    await rm(draft, { recursive: true, force: true })
    for (const path of [draft, databasesOf(places), temporaryFilesOf(places)]) {
      await mkdir(path, { mode: 0o700 })
      if (owner !== null) await chown(path, owner.uid, owner.gid)
    }
    await fill(installation, draft, owner, signal)
    await rename(draft, directory)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    signal.throwIfAborted()
    if (await exists(directory)) return
    throw toEngineFault(error, `make the template of MariaDB ${installation.version}`, 'TEMPLATE_FAILED')
  }
}

const fill = async (installation: Installation, draft: string, owner: Owner, signal: AbortSignal): Promise<void> => {
  const { lc_messages_dir: texts } = programSettings(installation)
  const tables = await Promise.all(systemTables.map((name) => readFile(join(String(texts), name), 'utf8')))
  const statements = ['CREATE DATABASE mysql', 'USE mysql', 'SET @auth_root_socket = NULL']
  const input = [lines(statements), ...tables, lines(baseline(owner))].join('\n')
  await carryOut(installation, draft, owner, input, signal).catch((error: unknown) => {
    throw error instanceof ProgramFailed ? programFault(error) : error
  })
}

/** What the program printed stays on the host. */
const programFault = (failed: ProgramFailed): EngineFault => {
  const met = systemErrorIn(failed.stderr)
  if (isFull(met)) return new EngineFault('DISK_FULL', 'mariadbd found no space left', { retryable: true })
  return new EngineFault('TEMPLATE_FAILED', `${failed.message}${met ? `: ${met.meaning}` : ''}`)
}
