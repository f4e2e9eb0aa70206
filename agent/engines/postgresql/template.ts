import { randomUUID } from 'node:crypto'
import { chown, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isFull, systemErrorIn } from '../../system-errors.ts'
import type { Installation, Owner } from '../engine.ts'
import { EngineFault } from '../engine.ts'
import { hasCode, toEngineFault } from './faults.ts'
import { monitorRole } from './roles.ts'
import { type ProgramRun, runProgram } from './run-program.ts'
import { majorOf } from './version.ts'

/**
 * What holds in every instance before anybody can reach it: nobody but the superuser may connect to the maintenance
 * databases (PUBLIC may by default), except the monitor account, which has no password yet and therefore can not log
 * in.
 */
const baseline = [
  'REVOKE ALL ON DATABASE postgres FROM PUBLIC',
  'REVOKE ALL ON DATABASE template1 FROM PUBLIC',
  `CREATE ROLE ${monitorRole} LOGIN`,
  `GRANT CONNECT ON DATABASE postgres TO ${monitorRole}`,
]

/**
 * Makes an initialised, cleanly stopped data directory at `directory`, owned by `owner`: data checksums, UTF8,
 * superuser `postgres` without a password. It is built beside its place and renamed, so it is there in full or not at
 * all; when it is there already, or another process makes it meanwhile, that one stays. Throws `EngineFault`
 * (`TEMPLATE_FAILED`, `DISK_FULL`), or the signal's reason.
 */
export const createTemplate = async (
  installation: Installation,
  directory: string,
  owner: Owner,
  signal: AbortSignal,
): Promise<void> => {
  if (await exists(directory)) return
  const draft = `${directory}.building-${process.pid}-${randomUUID()}`
  try {
    await removeAbandonedDrafts(directory)
    await mkdir(draft, { mode: 0o700 })
    if (owner !== null) await chown(draft, owner.uid, owner.gid)
    await initialise(installation, draft, owner, signal)
    await rename(draft, directory).catch((error) => {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
    })
  } catch (error) {
    signal.throwIfAborted()
    throw toEngineFault(error, `make the template of PostgreSQL ${installation.version}`, 'TEMPLATE_FAILED')
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One sync at the end instead of one in each program. */
const initialise = async (installation: Installation, directory: string, owner: Owner, signal: AbortSignal) => {
  const initdb = join(installation.binDir, 'initdb')
  const options = { owner, signal }
  const fixed = ['-D', directory, '--username=postgres', '--encoding=UTF8', '--data-checksums', '--no-sync']
  const access = ['--auth-local=peer', '--auth-host=scram-sha-256']
  let made: ProgramRun | undefined
  for (const locale of localeChoices(installation.version)) {
    made = await runProgram(initdb, [...fixed, ...access, ...locale], options)
    if (!/invalid locale/.test(made.stderr)) break
  }
  if (made?.exitCode !== 0) throw programFault('initdb', made)

  const single = ['--single', '-F', '-D', directory, '-c', 'exit_on_error=on', 'postgres']
  const input = `${baseline.join('\n')}\n`
  const secured = await runProgram(join(installation.binDir, 'postgres'), single, { ...options, input })
  if (secured.exitCode !== 0) throw programFault('postgres --single', secured)

  const synced = await runProgram(initdb, ['-D', directory, '--sync-only'], options)
  if (synced.exitCode !== 0) throw programFault('initdb --sync-only', synced)
}

/**
 * From version 17 on, PostgreSQL's own C.UTF-8, whose order does not change with the operating system under the data.
 * Before it, the system's, and where the system has none, C.
 */
const localeChoices = (version: string): readonly (readonly string[])[] =>
  majorOf(version) >= 17
    ? [['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']]
    : [['--locale=C.UTF-8'], ['--locale=C']]

const programFault = (program: string, run: ProgramRun | undefined): EngineFault => {
  const said = run?.stderr.trim() ?? ''
  const why = systemErrorIn(said)
  const message = `${program} failed (exit code ${run?.exitCode})`
  return new EngineFault(isFull(why) ? 'DISK_FULL' : 'TEMPLATE_FAILED', message, {
    retryable: isFull(why),
    detail: why?.meaning ?? "the agent's log tells more",
    cause: new Error(said),
  })
}

/**
 * Drafts of processes that are no more, by the pid in their names. One whose pid was given to another process stays, to
 * no harm.
 */
const removeAbandonedDrafts = async (directory: string): Promise<void> => {
  const prefix = `${basename(directory)}.building-`
  for (const name of await readdir(dirname(directory))) {
    if (!name.startsWith(prefix)) continue
    const pid = Number.parseInt(name.slice(prefix.length), 10)
    if (await exists(`/proc/${pid}`)) continue
    await rm(join(dirname(directory), name), { recursive: true, force: true })
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
