import { access, constants, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../../../kernel/log.ts'
import type { Installation } from '../../engine.ts'
import { runProgram } from '../../run-program.ts'
import { compareVersions, majorOf, oldestMajor, parseServerVersion } from '../version.ts'
import { carriedLibraries } from './carried-libraries.ts'
import { hydrateSymlinks } from './hydrate-symlinks.ts'

export type SearchPaths = {
  /** `node_modules` directories, which may hold packages named `postgresql-<version>-linux-<arch>`. */
  readonly nodeModules: readonly string[]
  /** Directories with one directory a build, that an administrator has added. */
  readonly addedRoots: readonly string[]
  /** Directories with one directory a major version, as Debian's `/usr/lib/postgresql`. */
  readonly systemRoots: readonly string[]
  /** Directories of programs, as in `PATH`. */
  readonly binDirs: readonly string[]
}

type Candidate = Pick<Installation, 'source' | 'binDir'>

/**
 * The PostgreSQL installations on this host that run, newest first. Of two with one version the npm-carried is kept, then the added one: they
 * change with the program that was tested with them, or not at all, and not under a running engine with the next system upgrade. What does
 * not run is logged and left out.
 */
export const discoverInstallations = async (
  deps: { searchPaths: SearchPaths; log: Pick<Log, 'warn'> },
  signal: AbortSignal,
): Promise<readonly Installation[]> => {
  const candidates = [
    ...(await npmCandidates(deps.searchPaths.nodeModules, deps.log)),
    ...(await candidatesIn('added', deps.searchPaths.addedRoots, [])),
    ...(await candidatesIn('system', deps.searchPaths.systemRoots, deps.searchPaths.binDirs)),
  ]
  const byVersion = new Map<string, Installation>()
  for (const candidate of candidates) {
    const version = await askVersion(candidate, deps.log, signal)
    if (version === null || byVersion.has(version)) continue
    const libraries = await carriedLibraries(candidate.binDir)
    byVersion.set(version, { datastore: 'postgresql', version, libraries, ...candidate })
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version))
}

const npmCandidates = async (directories: readonly string[], log: Pick<Log, 'warn'>): Promise<Candidate[]> => {
  const pattern = new RegExp(`^postgresql-.+-linux-${process.arch}$`)
  const found: Candidate[] = []
  for (const directory of directories) {
    for (const name of (await entriesOf(directory)).filter((entry) => pattern.test(entry))) {
      const packageDir = join(directory, name)
      try {
        await hydrateSymlinks(packageDir)
      } catch (error) {
        // Not the end: the links may be there already in a package this process may not write to.
        log.warn({ packageDir, err: error }, 'could not link the shared libraries of a PostgreSQL package')
      }
      found.push({ source: 'npm', binDir: join(packageDir, 'native', 'bin') })
    }
  }
  return found
}

const candidatesIn = async (
  source: Installation['source'],
  parents: readonly string[],
  binDirs: readonly string[],
): Promise<Candidate[]> => {
  const roots = await Promise.all(
    // One that begins with a dot is being made.
    parents.map(async (root) =>
      (await entriesOf(root)).filter((name) => !name.startsWith('.')).map((name) => join(root, name, 'bin')),
    ),
  )
  const directories = [...new Set([...roots.flat(), ...binDirs])]
  const holding = await Promise.all(directories.map((directory) => isExecutable(join(directory, 'postgres'))))
  return directories.filter((_, index) => holding[index]).map((binDir) => ({ source, binDir }))
}

const askVersion = async (
  candidate: Candidate,
  log: Pick<Log, 'warn'>,
  signal: AbortSignal,
): Promise<string | null> => {
  const leaveOut = (reason: string) => {
    log.warn({ binDir: candidate.binDir, reason }, 'left out a PostgreSQL that cannot be used')
    return null
  }
  if (!(await isExecutable(join(candidate.binDir, 'initdb')))) return leaveOut('it has no initdb')
  const run = await runProgram(join(candidate.binDir, 'postgres'), ['-V'], { owner: null, signal }).catch((error) => {
    signal.throwIfAborted()
    return { exitCode: null, stdout: '', stderr: String(error) }
  })
  if (run.exitCode !== 0) return leaveOut(run.stderr.trim())
  const version = parseServerVersion(run.stdout)
  if (version === null)
    return leaveOut(`it calls itself ${JSON.stringify(run.stdout.trim())}, which is not a released version`)
  if (majorOf(version) < oldestMajor) return leaveOut(`version ${version} is older than ${oldestMajor}`)
  return version
}

const entriesOf = (directory: string): Promise<string[]> => readdir(directory).catch(() => [])

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
