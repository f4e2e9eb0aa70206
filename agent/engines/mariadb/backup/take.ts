import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type BackupSink, EngineFault, type EngineInstance } from '../../engine.ts'
import { environmentOf, outputOf, ProgramFailed } from '../../run-program.ts'
import { adminUser } from '../accounts/own-users.ts'
import { databasesOf, socketOf, temporaryFilesOf } from '../places.ts'
import { withAdministration } from '../session.ts'
import { account } from '../sql.ts'
import { backupProgramsOf, faultOf } from './programs.ts'

/** The parts of a backup of MariaDB: what `mariadb-backup` streams, and the SHA-256 of that in hex, by which a missing end is noticed. */
export const parts = { data: 'data', digest: 'digest' } as const

/**
 * A full copy by `mariadb-backup` (MariaDB documentation, "mariadb-backup overview"): files as they change, and the redo log that makes them consistent. It holds
 * up changes of tables for moments alone.
 */
export const take = async (instance: EngineInstance, sink: BackupSink, signal: AbortSignal): Promise<void> => {
  const { tool } = await backupProgramsOf(instance.installation)
  sink.expect(await sizeOf(databasesOf(instance)))
  const user = await ensureCopier(instance, signal)
  const hash = createHash('sha256')
  await sink.store(parts.data, hashed(copyOf(instance, tool, user, signal), hash))
  await sink.store(parts.digest, once(Buffer.from(hash.digest('hex'))))
}

const copyOf = async function* (
  instance: EngineInstance,
  tool: string,
  user: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const args = [
    // First, or it is not taken: what the machine says for other servers is none of this one's.
    '--no-defaults',
    '--backup',
    '--stream=xbstream',
    `--user=${user}`,
    `--socket=${socketOf(instance)}`,
    `--datadir=${databasesOf(instance)}`,
    `--tmpdir=${temporaryFilesOf(instance)}`,
  ]
  const { owner, installation } = instance
  try {
    yield* outputOf(tool, args, { owner, signal, env: environmentOf(installation) })
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error
    const message = 'mariadb-backup did not finish the copy, or MariaDB ended in the middle of it'
    throw faultOf(error, new EngineFault('BACKUP_FAILED', message, { retryable: true, cause: error }))
  }
}

/**
 * As whom the copy is made: the files belong to the Unix account of the engine, and the server lets that one in over the socket, as it does the agent. What it may
 * do is what the copy takes (MariaDB documentation, "mariadb-backup", authentication and privileges).
 */
const ensureCopier = async (instance: EngineInstance, signal: AbortSignal): Promise<string> => {
  const { owner } = instance
  if (owner === null) return adminUser(owner)
  const copier = account({ user: owner.user, host: 'localhost' })
  await withAdministration(instance, signal, async (query) => {
    await query(`CREATE USER IF NOT EXISTS ${copier} IDENTIFIED VIA unix_socket`)
    await query(`GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR ON *.* TO ${copier}`)
  })
  return owner.user
}

/** Tables may go while they are looked at. */
const sizeOf = async (directory: string): Promise<number> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        stat(join(parentPath, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Passes a stream on, and adds it to a hash. */
export const hashed = async function* (
  content: AsyncIterable<Uint8Array>,
  hash: { update(chunk: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    hash.update(chunk)
    yield chunk
  }
}

const once = async function* (content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}
