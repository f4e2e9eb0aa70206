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
  /** Directories of programs, as in `PATH`, in order of preference. */
  readonly binDirs: readonly string[]
}

type Candidate = Pick<Installation, 'source' | 'binDir'>

/** The oldest that has all that the driver needs: users in a file, and several settings changed at once. */
const oldest = '7.0'

/**
 * The servers on this host that run and speak TLS, newest first. Of two with one version the fetched one is kept, which no upgrade of the system changes
 * under a running engine; what cannot be used is logged and left out.
 */
export const discoverInstallations = async (
  { searchPaths, log }: { readonly searchPaths: SearchPaths; readonly log: Pick<Log, 'warn'> },
  signal: AbortSignal,
): Promise<readonly Installation[]> => {
  const fetched = await listBuilds(searchPaths.builds)
  const candidates: readonly Candidate[] = [
    ...fetched.map((build) => ({ source: 'fetched' as const, binDir: join(build, 'usr', 'bin') })),
    ...searchPaths.binDirs.map((binDir) => ({ source: 'system' as const, binDir })),
  ]
  const byVersion = new Map<string, Installation>()
  for (const candidate of candidates) {
    if (!(await isExecutable(join(candidate.binDir, 'redis-server')))) continue
    const version = await askVersion(candidate, log, signal)
    if (version === null || byVersion.has(version)) continue
    byVersion.set(version, { datastore: 'redis', version, ...candidate })
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version))
}

const askVersion = async (
  candidate: Candidate,
  log: Pick<Log, 'warn'>,
  signal: AbortSignal,
): Promise<string | null> => {
  const { binDir } = candidate
  const leaveOut = (reason: string): null => {
    log.warn({ binDir, reason }, 'left out a Redis that cannot be used')
    return null
  }
  const env = environmentOf(candidate)
  const ask = (args: readonly string[], input?: string) =>
    runProgram(join(binDir, 'redis-server'), args, { owner: null, signal, env, ...(input ? { input } : {}) }).catch(
      (error: unknown) => {
        signal.throwIfAborted()
        return { exitCode: null, stdout: '', stderr: String(error) }
      },
    )
  const { exitCode, stdout, stderr } = await ask(['--version'])
  if (exitCode !== 0) return leaveOut(stderr.trim())
  const version = /^Redis server v=(\d+\.\d+\.\d+) /.exec(stdout)?.[1]
  if (version === undefined) return leaveOut(`it calls itself ${JSON.stringify(stdout.trim())}, which is not a release`)
  if (compareVersions(version, oldest) < 0) return leaveOut(`version ${version} is older than ${oldest}`)
  // It stops at the first directive that it does not know: the one of TLS, where it was built without.
  const probe = await ask(['-'], `tls-port 0\n${unknownDirective} x\n`)
  if (!probe.stderr.includes(unknownDirective)) return leaveOut('it was built without TLS')
  return version
}

const unknownDirective = 'coffer-asks-for-tls'

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
