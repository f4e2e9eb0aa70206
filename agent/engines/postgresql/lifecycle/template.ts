import { chown, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { draftBeside, exists } from '../../../files.ts'
import { isFull, systemErrorIn } from '../../../system-errors.ts'
import type { Installation, Owner } from '../../engine.ts'
import { EngineFault } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import { environmentOf, type ProgramRun, runProgram } from '../../run-program.ts'
import { monitorRole } from '../accounts/roles.ts'
import { preloadOf } from '../configuration/preload.ts'
import { toEngineFault } from '../faults.ts'
import { majorOf } from '../version.ts'
import { extensionStatements, parseProbe, probeExtensions } from './extensions.ts'

/**
 * What holds in every instance before anybody can reach it: nobody but the superuser may connect to the maintenance
 * databases (PUBLIC may by default), except the monitor account, which has no password yet and therefore cannot log
 * in. Owner roles come into `postgres` later, where they find nothing: the locks in it are the agent's.
 */
const baseline = [
  'REVOKE ALL ON DATABASE postgres FROM PUBLIC',
  'REVOKE ALL ON DATABASE template1 FROM PUBLIC',
  `CREATE ROLE ${monitorRole} LOGIN`,
  `GRANT CONNECT ON DATABASE postgres TO ${monitorRole}`,
  `DO $$
    DECLARE lock regprocedure;
    BEGIN
      FOR lock IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ 'advisory' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', lock);
      END LOOP;
    END $$`,
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
  const draft = draftBeside(`${directory}.building-${process.pid}`)
  try {
    if (await exists(directory)) return
    await removeAbandonedDrafts(directory)
    await makeDirectory(draft, owner)
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
  const options = { owner, signal, env: environmentOf(installation) }
  const fixed = ['-D', directory, '--username=postgres', '--encoding=UTF8', '--data-checksums', '--no-sync']
  const access = ['--auth-local=peer', '--auth-host=scram-sha-256']
  let made: ProgramRun | undefined
  for (const locale of localeChoices(installation.version)) {
    made = await runProgram(initdb, [...fixed, ...access, ...locale], options)
    if (!/invalid locale/.test(made.stderr)) break
  }
  if (made?.exitCode !== 0) throw programFault('initdb', made)

  const broken = await findBrokenExtensions(installation, directory, options)
  for (const database of ['template0', 'template1', 'postgres']) {
    const statements = [...(database === 'postgres' ? baseline : []), ...extensionStatements(broken)]
    const run = await runStatements(installation, directory, database, statements, ['exit_on_error=on'], options)
    if (run.exitCode !== 0) throw programFault('postgres --single', run)
  }

  const synced = await runProgram(initdb, ['-D', directory, '--sync-only'], options)
  if (synced.exitCode !== 0) throw programFault('initdb --sync-only', synced)
}

type RunOptions = {
  readonly owner: Owner
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string>>
}

/** In single-user mode, which enters every database, and where a line is a statement. */
const runStatements = (
  { binDir }: Installation,
  directory: string,
  database: string,
  statements: readonly string[],
  settings: readonly string[],
  options: RunOptions,
): Promise<ProgramRun> => {
  const all = ['allow_system_table_mods=on', ...settings].flatMap((setting) => ['-c', setting])
  const input = statements.map((statement) => `${statement.replaceAll(/\s*\n\s*/g, ' ')}\n`).join('')
  return runProgram(join(binDir, 'postgres'), ['--single', '-F', '-D', directory, ...all, database], {
    ...options,
    input,
  })
}

/** Beside the draft, and as abandoned as that one when its maker is no more. */
const findBrokenExtensions = async (
  installation: Installation,
  directory: string,
  options: RunOptions,
): Promise<readonly string[]> => {
  const copy = `${directory}-probe`
  try {
    await makeDirectory(copy, options.owner)
    const copied = await runProgram('cp', ['--archive', `${directory}/.`, copy], options)
    if (copied.exitCode !== 0) throw programFault('cp', copied)
    const preloaded = preloadOf(installation.binDir).map((libraries) => `shared_preload_libraries=${libraries}`)
    const run = await runStatements(installation, copy, 'postgres', [probeExtensions], preloaded, options)
    const broken = parseProbe(run.stderr)
    if (run.exitCode !== 0 || broken === null) throw programFault('the probe of extensions', run)
    return broken
  } finally {
    await rm(copy, { recursive: true, force: true, maxRetries: 5 })
  }
}

const makeDirectory = async (directory: string, owner: Owner): Promise<void> => {
  await mkdir(directory, { mode: 0o700 })
  if (owner !== null) await chown(directory, owner.uid, owner.gid)
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
