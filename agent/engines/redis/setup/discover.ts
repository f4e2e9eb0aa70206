import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { compareVersions } from '../../../../domain/values/version.ts'
import type { Log } from '../../../../kernel/log.ts'
import type { Installation } from '../../engine.ts'
import { runProgram } from '../../run-program.ts'

/** Directories of programs, as in `PATH`, in order of preference. */
export type SearchPaths = { readonly binDirs: readonly string[] }

/** The oldest that has all that the driver needs: users in a file, and several settings changed at once. */
const oldest = '7.0'

/** The servers on this host that run and speak TLS, newest first. Of two with one version the first is kept; what cannot be used is logged and left out. */
export const discoverInstallations = async (
  { searchPaths, log }: { readonly searchPaths: SearchPaths; readonly log: Pick<Log, 'warn'> },
  signal: AbortSignal,
): Promise<readonly Installation[]> => {
  const byVersion = new Map<string, Installation>()
  for (const binDir of searchPaths.binDirs) {
    if (!(await isExecutable(join(binDir, 'redis-server')))) continue
    const version = await askVersion(binDir, log, signal)
    if (version === null || byVersion.has(version)) continue
    byVersion.set(version, { datastore: 'redis', version, source: 'system', binDir })
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version))
}

const askVersion = async (binDir: string, log: Pick<Log, 'warn'>, signal: AbortSignal): Promise<string | null> => {
  const leaveOut = (reason: string): null => {
    log.warn({ binDir, reason }, 'left out a Redis that cannot be used')
    return null
  }
  const ask = (args: readonly string[], input?: string) =>
    runProgram(join(binDir, 'redis-server'), args, { owner: null, signal, ...(input ? { input } : {}) }).catch(
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
