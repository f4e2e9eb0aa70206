import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { compareVersions } from '../../domain/values/version.ts'
import type { Log } from '../../kernel/log.ts'
import { listBuilds } from '../builds/builds.ts'
import type { Installation } from './engine.ts'
import { environmentOf, type ProgramRun, runProgram } from './run-program.ts'

export type SearchPaths = {
  /** A directory with one directory a build that was fetched, as the root of a system each. */
  readonly builds: string
  /** Directories of programs, as in `PATH`, in order of preference. */
  readonly binDirs: readonly string[]
}

/** Runs the server's program, which ends by itself. One that cannot be run has no exit code, and says why on its standard error. */
export type AskServer = (args: readonly string[], input?: string) => Promise<ProgramRun>

/** How the servers of an engine are told. */
export type ServerKind = {
  readonly datastore: DatastoreType
  /** As people call the engine. */
  readonly name: string
  readonly program: string
  /** Where the packages of the distribution have the program, from the root on. */
  readonly folder: string
  /** The oldest version that the driver can work with. */
  readonly oldest: string
  /** Its version, or, in words, why it cannot be used. */
  readonly askVersion: (ask: AskServer) => Promise<{ readonly version: string } | { readonly reason: string }>
}

export type DiscoverDeps = { readonly searchPaths: SearchPaths; readonly log: Pick<Log, 'warn'> }

/**
 * The servers on this host that can be used, newest first. Of two with one version the fetched one is kept, which no upgrade of the system changes under a
 * running engine; what cannot be used is logged and left out.
 */
export const discoverServers = async (
  { searchPaths, log }: DiscoverDeps,
  kind: ServerKind,
  signal: AbortSignal,
): Promise<readonly Installation[]> => {
  const fetched = await listBuilds(searchPaths.builds)
  const candidates: readonly Pick<Installation, 'source' | 'binDir'>[] = [
    ...fetched.map((build) => ({ source: 'fetched' as const, binDir: join(build, kind.folder) })),
    ...searchPaths.binDirs.map((binDir) => ({ source: 'system' as const, binDir })),
  ]
  const byVersion = new Map<string, Installation>()
  for (const candidate of candidates) {
    const { binDir } = candidate
    const program = join(binDir, kind.program)
    if (!(await isExecutable(program))) continue
    const env = environmentOf(candidate)
    const ask: AskServer = (args, input) =>
      runProgram(program, args, { owner: null, signal, env, ...(input && { input }) }).catch((error: unknown) => {
        signal.throwIfAborted()
        return { exitCode: null, stdout: '', stderr: String(error) }
      })
    const found = await versionOf(kind, ask)
    if ('reason' in found) log.warn({ binDir, reason: found.reason }, `left out a ${kind.name} that cannot be used`)
    else if (!byVersion.has(found.version))
      byVersion.set(found.version, { datastore: kind.datastore, ...found, ...candidate })
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version))
}

const versionOf = async ({ askVersion, oldest }: ServerKind, ask: AskServer) => {
  const found = await askVersion(ask)
  if ('reason' in found || compareVersions(found.version, oldest) >= 0) return found
  return { reason: `version ${found.version} is older than ${oldest}` }
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
