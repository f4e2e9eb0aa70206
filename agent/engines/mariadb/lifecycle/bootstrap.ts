import { join } from 'node:path'
import type { Installation, Owner } from '../../engine.ts'
import { writeOwnedFile } from '../../owned-file.ts'
import { environmentOf, ProgramFailed, runProgram } from '../../run-program.ts'
import { adminUser, monitorAccount } from '../accounts/own-users.ts'
import { programSettings, renderSettings, undoTablespaces } from '../configuration/settings.ts'
import { configurationOf, databasesOf, temporaryFilesOf } from '../places.ts'
import { account } from '../sql.ts'

/** The accounts that the agent needs in every instance. The monitor has no password that anybody could know until its first use. */
export const ownAccounts = (owner: Owner): readonly string[] => {
  const admin = account({ user: adminUser(owner), host: 'localhost' })
  return [
    `CREATE USER ${admin} IDENTIFIED VIA unix_socket`,
    `GRANT ALL PRIVILEGES ON *.* TO ${admin} WITH GRANT OPTION`,
    `CREATE USER ${account(monitorAccount)} IDENTIFIED VIA mysql_native_password AS 'invalid' REQUIRE SSL`,
  ]
}

/**
 * The server itself carries statements out in a data directory, one a line, without a network and without accounts, and ends. Throws `ProgramFailed`.
 */
export const carryOut = async (
  installation: Installation,
  dataDir: string,
  owner: Owner,
  statements: string,
  signal: AbortSignal,
): Promise<void> => {
  const places = { dataDir }
  const settings = {
    ...programSettings(installation),
    datadir: databasesOf(places),
    tmpdir: temporaryFilesOf(places),
    innodb_undo_tablespaces: undoTablespaces,
    innodb_log_file_size: '16M',
    enforce_storage_engine: '',
  }
  await writeOwnedFile(configurationOf(places), renderSettings(settings), owner)
  const program = join(installation.binDir, 'mariadbd')
  const args = [`--defaults-file=${configurationOf(places)}`, '--bootstrap']
  const env = environmentOf(installation)
  const { exitCode, stderr } = await runProgram(program, args, { owner, signal, input: statements, env })
  if (exitCode !== 0) throw new ProgramFailed(program, exitCode, stderr)
}

/** One statement a line: so they are told apart there. */
export const lines = (statements: readonly string[]): string =>
  statements.map((statement) => `${statement};\n`).join('')
