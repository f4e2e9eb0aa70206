import { createHash } from 'node:crypto'
import { chown, mkdir } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { ownPrefix } from '../../../../domain/engines/descriptor.ts'
import { type EngineBackup, EngineFault, type Owner } from '../../engine.ts'
import { environmentOf, ProgramFailed, runProgram } from '../../run-program.ts'
import { carryOut, lines, ownAccounts } from '../lifecycle/bootstrap.ts'
import { databasesOf, temporaryFilesOf } from '../places.ts'
import { backupProgramsOf, faultOf } from './programs.ts'
import { hashed, parts } from './take.ts'

/**
 * Unpacks the stream, carries out the redo log in it (`--prepare`), and gives it Coffer's own accounts of this host. All programs run as the owner: they read what
 * others wrote.
 */
export const restore: EngineBackup['restore'] = async (installation, directory, owner, source, signal) => {
  const { tool, unpacker } = await backupProgramsOf(installation)
  const places = { dataDir: directory }
  const [databases, temporary] = [databasesOf(places), temporaryFilesOf(places)]
  for (const path of [directory, databases, temporary]) {
    await mkdir(path, { mode: 0o700 })
    if (owner) await chown(path, owner.uid, owner.gid)
  }
  const run = async (program: string, args: readonly string[], input?: AsyncIterable<Uint8Array>) => {
    const options = { owner, signal, env: environmentOf(installation), ...(input && { input }) }
    const { exitCode, stderr } = await runProgram(program, args, options)
    if (exitCode !== 0) throw new ProgramFailed(program, exitCode, stderr)
  }
  const hash = createHash('sha256')
  try {
    await run(unpacker, ['--extract', `--directory=${databases}`], hashed(source.read(parts.data), hash))
    const digest = await text(source.read(parts.digest))
    if (digest !== hash.digest('hex')) throw damaged('its content has changed, or its end is missing')
    await run(tool, ['--no-defaults', '--prepare', `--target-dir=${databases}`, `--tmpdir=${temporary}`])
    await carryOut(installation, directory, owner, lines(renewAccounts(owner)), signal)
  } catch (error) {
    throw error instanceof ProgramFailed ? faultOf(error, damaged(error.message, error)) : error
  }
}

/** Those of the host that was copied go: Coffer's, and whatever let a Unix account in. */
const renewAccounts = (owner: Owner): readonly string[] => [
  `DELETE FROM mysql.global_priv WHERE User LIKE '${ownPrefix}%' OR JSON_VALUE(Priv, '$.plugin') = 'unix_socket'`,
  'FLUSH PRIVILEGES',
  ...ownAccounts(owner),
]

const damaged = (why: string, cause?: unknown): EngineFault =>
  new EngineFault('BACKUP_DAMAGED', `The backup is not what mariadb-backup wrote: ${why}`, { cause })
