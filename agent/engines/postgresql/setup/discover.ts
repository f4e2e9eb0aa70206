import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../../../kernel/log.ts'
import { librariesOf, listBuilds, namesOfBuilds } from '../../../builds/builds.ts'
import { isExecutable } from '../../../files.ts'
import { type Candidate, findUsable, type ServerKind } from '../../discover-servers.ts'
import type { Installation } from '../../engine.ts'
import { prefixOf } from '../../run-program.ts'
import { oldestMajor, parseServerVersion } from '../version.ts'
import { carriedLibraries } from './carried-libraries.ts'
import { hydrateSymlinks } from './hydrate-symlinks.ts'

export type SearchPaths = {
  /** `node_modules` directories, which may hold packages named `postgresql-<version>-linux-<arch>`. */
  readonly nodeModules: readonly string[]
  /** Directories with one directory a build: that an administrator has added, or that was unpacked from packages of the distribution. */
  readonly buildRoots: readonly string[]
  /** Directories with one directory a major version, as Debian's `/usr/lib/postgresql`. */
  readonly systemRoots: readonly string[]
  /** Directories of programs, as in `PATH`. */
  readonly binDirs: readonly string[]
}

/** How a PostgreSQL is told from others. */
const postgresqlServers: ServerKind = {
  datastore: 'postgresql',
  name: 'PostgreSQL',
  program: 'postgres',
  oldest: String(oldestMajor),
  askVersion: async (ask, binDir) => {
    if (!(await isExecutable(join(binDir, 'initdb')))) return { reason: 'it has no initdb' }
    const { exitCode, stdout, stderr } = await ask(['-V'])
    if (exitCode !== 0) return { reason: stderr.trim() }
    const version = parseServerVersion(stdout)
    return version === null
      ? { reason: `it calls itself ${JSON.stringify(stdout.trim())}, which is not a released version` }
      : { version }
  },
}

/**
 * The PostgreSQL installations on this host that run, newest first. Of two with one version the npm-carried is kept, then the added or fetched one:
 * they change with the program that was tested with them, or not at all, and not under a running engine with the next system upgrade. What
 * does not run is logged and left out.
 */
export const discoverInstallations = async (
  deps: { searchPaths: SearchPaths; log: Pick<Log, 'warn'> },
  signal: AbortSignal,
): Promise<readonly Installation[]> => {
  const candidates = [
    ...(await npmCandidates(deps.searchPaths.nodeModules, deps.log)),
    ...(await candidatesIn('added', deps.searchPaths.buildRoots, [])),
    ...(await fetchedCandidates(deps.searchPaths.buildRoots)),
    ...(await candidatesIn('system', deps.searchPaths.systemRoots, deps.searchPaths.binDirs)),
  ]
  const found = await findUsable(candidates, postgresqlServers, deps.log, signal)
  return Promise.all(
    found.map(async (installation) => ({ ...installation, libraries: await librariesBeside(installation) })),
  )
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
    parents.map(async (root) => (await namesOfBuilds(root)).map((name) => join(root, name, 'bin'))),
  )
  const directories = [...new Set([...roots.flat(), ...binDirs])]
  const holding = await Promise.all(directories.map((directory) => isExecutable(join(directory, 'postgres'))))
  return directories.filter((_, index) => holding[index]).map((binDir) => ({ source, binDir }))
}

/** As packages of Debian have them, below the root that they were unpacked to. */
const fetchedCandidates = async (roots: readonly string[]): Promise<readonly Candidate[]> => {
  const builds = (await Promise.all(roots.map(listBuilds))).flat()
  const found = builds.map(async (build) => {
    const prefix = join(build, 'usr')
    const candidates = await candidatesIn('fetched', [join(prefix, 'lib', 'postgresql')], [])
    return candidates.map((candidate) => ({ ...candidate, prefix }))
  })
  return (await Promise.all(found)).flat()
}

const librariesBeside = (installation: Installation) => {
  const prefix = prefixOf(installation)
  return carriedLibraries(installation.source === 'fetched' ? librariesOf(prefix) : join(prefix, 'lib'))
}

const entriesOf = (directory: string): Promise<string[]> => readdir(directory).catch(() => [])
