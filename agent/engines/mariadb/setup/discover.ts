import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { compareVersions } from '../../../../domain/values/version.ts'
import type { Log } from '../../../../kernel/log.ts'
import { listBuilds } from '../../../builds/builds.ts'
import type { Installation } from '../../engine.ts'
import { environmentOf, runProgram } from '../../run-program.ts'

export type SearchPaths = {
  /** A directory with one directory a build that was fetched, as the root of a system each. */
  readonly builds: string
  /** Directories of server programs, in order of preference. */
  readonly binDirs: readonly string[]
}

type Candidate = Pick<Installation, 'source' | 'binDir'>

/** The oldest long-term release that the driver is tested with. */
const oldest = '10.11'

/**
 * The servers on this host that run, newest first. Of two with one version the fetched one is kept, which no upgrade of the system changes under a running
 * engine; what cannot be used is logged and left out.
 */
export const discoverInstallations = async (
  { searchPaths, log }: { readonly searchPaths: SearchPaths; readonly log: Pick<Log, 'warn'> },
  signal: AbortSignal,
): Promise<readonly Installation[]> => {
  const fetched = await listBuilds(searchPaths.builds)
  const candidates: readonly Candidate[] = [
    ...fetched.map((build) => ({ source: 'fetched' as const, binDir: join(build, 'usr', 'sbin') })),
    ...searchPaths.binDirs.map((binDir) => ({ source: 'system' as const, binDir })),
  ]
  const byVersion = new Map<string, Installation>()
  for (const candidate of candidates) {
    const program = join(candidate.binDir, 'mariadbd')
    if (!(await isExecutable(program))) continue
    const env = environmentOf(candidate)
    const { exitCode, stdout, stderr } = await runProgram(program, ['--no-defaults', '--version'], {
      ...{ owner: null, signal, env },
    }).catch((error: unknown) => {
      signal.throwIfAborted()
      return { exitCode: null, stdout: '', stderr: String(error) }
    })
    const version = /Ver (\d+\.\d+\.\d+)-MariaDB/.exec(stdout)?.[1]
    const reason = whyNot(exitCode, version, stderr)
    if (reason !== null) log.warn({ binDir: candidate.binDir, reason }, 'left out a MariaDB that cannot be used')
    else if (version !== undefined && !byVersion.has(version)) {
      byVersion.set(version, { datastore: 'mariadb', version, ...candidate })
    }
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version))
}

const whyNot = (exitCode: number | null, version: string | undefined, stderr: string): string | null => {
  if (exitCode !== 0) return stderr.trim()
  if (version === undefined) return 'it does not say which release of MariaDB it is'
  return compareVersions(version, oldest) < 0 ? `version ${version} is older than ${oldest}` : null
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
