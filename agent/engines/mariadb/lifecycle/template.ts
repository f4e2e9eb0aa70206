import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../../../files.ts'
import { isFull, systemErrorIn } from '../../../system-errors.ts'
import { EngineFault, type Installation, type Owner } from '../../engine.ts'
import { environmentOf, type ProgramRun, runProgram } from '../../run-program.ts'
import { adminUser, monitorAccount } from '../accounts/own-users.ts'
import { programSettings, renderSettings, undoTablespaces } from '../configuration/settings.ts'
import { toEngineFault } from '../faults.ts'
import { configurationOf, databasesOf, temporaryFilesOf } from '../places.ts'
import { account, quoted } from '../sql.ts'

/** What `mariadb-install-db` carries out, in its order. Files of the program, in `share/mysql`. */
const systemTables = [
  'mysql_system_tables.sql',
  'mysql_performance_tables.sql',
  'mysql_system_tables_data.sql',
  'fill_help_tables.sql',
  'maria_add_gis_sp_bootstrap.sql',
  'mysql_sys_schema.sql',
]

/**
 * What holds in every instance before anybody can reach it: of the accounts that a new server has, the owner of its own views is left, which is locked. The
 * monitor has no password that anybody could know until its first use.
 */
const baseline = (owner: Owner): readonly string[] => {
  const admin = `${quoted(adminUser(owner))}@localhost`
  return [
    "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys'",
    'DELETE FROM mysql.proxies_priv',
    'FLUSH PRIVILEGES',
    `CREATE USER ${admin} IDENTIFIED VIA unix_socket`,
    `GRANT ALL PRIVILEGES ON *.* TO ${admin} WITH GRANT OPTION`,
    `CREATE USER ${account(monitorAccount)} IDENTIFIED VIA mysql_native_password AS 'invalid' REQUIRE SSL`,
  ]
}

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
    await bootstrap(installation, draft, owner, signal)
    await rename(draft, directory)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    signal.throwIfAborted()
    if (await exists(directory)) return
    throw toEngineFault(error, `make the template of MariaDB ${installation.version}`, 'TEMPLATE_FAILED')
  }
}

/** The server itself carries the statements out, without a network and without accounts, and ends. */
const bootstrap = async (
  installation: Installation,
  draft: string,
  owner: Owner,
  signal: AbortSignal,
): Promise<void> => {
  const places = { dataDir: draft }
  const programs = programSettings(installation)
  const settings = {
    ...programs,
    datadir: databasesOf(places),
    tmpdir: temporaryFilesOf(places),
    innodb_undo_tablespaces: undoTablespaces,
    innodb_log_file_size: '16M',
    enforce_storage_engine: '',
  }
  await writeFile(configurationOf(places), renderSettings(settings), { mode: 0o644 })
  if (owner !== null) await chown(configurationOf(places), owner.uid, owner.gid)
  const tables = await Promise.all(
    systemTables.map((name) => readFile(join(String(programs.lc_messages_dir), name), 'utf8')),
  )
  const statements = ['CREATE DATABASE mysql', 'USE mysql', 'SET @auth_root_socket = NULL']
  const input = [lines(statements), ...tables, lines(baseline(owner))].join('\n')
  const args = [`--defaults-file=${configurationOf(places)}`, '--bootstrap']
  const ran = await runProgram(join(installation.binDir, 'mariadbd'), args, {
    ...{ owner, signal, input },
    env: environmentOf(installation),
  })
  if (ran.exitCode !== 0) throw programFault(ran)
}

/** One statement a line: so they are told apart there. */
const lines = (statements: readonly string[]): string => statements.map((statement) => `${statement};\n`).join('')

/** What the program printed stays on the host. */
const programFault = ({ exitCode, stderr }: ProgramRun): EngineFault => {
  const met = systemErrorIn(stderr)
  if (isFull(met)) return new EngineFault('DISK_FULL', 'mariadbd found no space left', { retryable: true })
  const why = met ? `: ${met.meaning}` : ''
  return new EngineFault('TEMPLATE_FAILED', `mariadbd ended with exit code ${exitCode ?? 'none'}${why}`)
}
