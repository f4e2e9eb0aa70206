import { join } from 'node:path'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { compareVersions } from '../../domain/values/version.ts'
import type { Log } from '../../kernel/log.ts'
import { listBuilds } from '../builds/builds.ts'
import { isExecutable } from '../files.ts'
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
  /** The oldest version that the driver can work with. */
  readonly oldest: string
  /** Its version, or, in words, why it cannot be used. */
  readonly askVersion: (
    ask: AskServer,
    binDir: string,
  ) => Promise<{ readonly version: string } | { readonly reason: string }>
}

/** A kind that comes in packages of the distribution. */
export type PackagedServerKind = ServerKind & {
  /** Where they have the program, from the root on. */
  readonly folder: string
}

export type DiscoverDeps = { readonly searchPaths: SearchPaths; readonly log: Pick<Log, 'warn'> }

/**
 * The servers on this host that can be used, newest first. Of two with one version the fetched one is kept, which no upgrade of the system changes under a
 * running engine; what cannot be used is logged and left out.
 */
export const discoverServers = async (
  { searchPaths, log }: DiscoverDeps,
  kind: PackagedServerKind,
  signal: AbortSignal,
): Promise<readonly Installation[]> => {
  const fetched = await listBuilds(searchPaths.builds)
  const candidates: readonly Candidate[] = [
    ...fetched.map((build) => ({ source: 'fetched' as const, binDir: join(build, kind.folder) })),
    ...searchPaths.binDirs.map((binDir) => ({ source: 'system' as const, binDir })),
  ]
  const holding = await Promise.all(candidates.map(({ binDir }) => isExecutable(join(binDir, kind.program))))
  const there = candidates.filter((_, index) => holding[index])
  return findUsable(there, kind, log, signal)
}

export type Candidate = Pick<Installation, 'source' | 'binDir' | 'prefix'>

/** Those that can be used, newest first. Of two with one version the first is kept; what cannot be used is logged and left out. */
export const findUsable = async (
  candidates: readonly Candidate[],
  kind: ServerKind,
  log: Pick<Log, 'warn'>,
  signal: AbortSignal,
): Promise<readonly Installation[]> => {
  const byVersion = new Map<string, Installation>()
  for (const candidate of candidates) {
    const { binDir } = candidate
    const program = join(binDir, kind.program)
    const env = environmentOf(candidate)
    const ask: AskServer = (args, input) =>
      runProgram(program, args, { owner: null, signal, env, ...(input && { input }) }).catch((error: unknown) => {
        signal.throwIfAborted()
        return { exitCode: null, stdout: '', stderr: String(error) }
      })
    const found = await versionOf(kind, ask, binDir)
    if ('reason' in found) log.warn({ binDir, reason: found.reason }, `left out a ${kind.name} that cannot be used`)
    else if (!byVersion.has(found.version))
      byVersion.set(found.version, { datastore: kind.datastore, ...found, ...candidate })
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version))
}

const versionOf = async ({ askVersion, oldest }: ServerKind, ask: AskServer, binDir: string) => {
  const found = await askVersion(ask, binDir)
  if ('reason' in found || compareVersions(found.version, oldest) >= 0) return found
  return { reason: `version ${found.version} is older than ${oldest}` }
}
