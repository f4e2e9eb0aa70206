import { access, constants, mkdir, mkdtemp, readFile, rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { engineOf } from '../../domain/engines/registry.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { isVersionWithin } from '../../domain/values/version.ts'
import { BuildRefused, type PackageSet } from '../engines/engine-setup.ts'
import { exists, removeTree } from '../files.ts'
import { run } from '../run.ts'
import { type Apt, openApt } from './apt.ts'
import { buildName, buildsOf, isWholeBuild, listBuilds, upstreamOf } from './builds.ts'

export type FetchWish = {
  readonly datastore: DatastoreType
  readonly packages: readonly PackageSet[]
  /** Of the engine, such as `10.11.18`, or of its series; null for the newest that the distribution has. */
  readonly version: string | null
}

export type FetchOptions = {
  readonly dataDir: string
  /** Where what was downloaded is kept for other data directories of the same user; by default in the user's cache. */
  readonly cacheDir?: string
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/**
 * Gives a data directory a build of an engine, from the packages of the distribution that this system is of: without root, without installing
 * anything, as files in a directory. What was downloaded before comes from the cache, if it is what is asked for. Answers the directory, which appears whole
 * or not at all. Throws `BuildRefused` with the reason.
 */
export const fetchBuild = async (
  wish: FetchWish,
  { dataDir, cacheDir, say, signal }: FetchOptions,
): Promise<string> => {
  const cache = await openCache(dataDir, cacheDir)
  // Beside what it becomes, so that a rename is all that is left to do.
  const scratch = await mkdtemp(join(cache, '.fetching-'))
  try {
    say('reading what the distribution offers')
    const apt = await openApt(scratch, signal)
    const { names, packageVersion } = await choose(apt, wish)
    const kept = join(cache, wish.datastore, buildName(packageVersion, names))
    if (!(await exists(kept))) {
      await appear(await unpack(apt, names, packageVersion, { scratch, say, signal }), kept)
    }
    return await take(kept, wish.datastore, dataDir, signal)
  } finally {
    await removeTree(scratch)
  }
}

/** The newest build that the cache has of an engine with all of its packages, if any, for this data directory; null otherwise. Needs no network. */
export const takeFromCache = async (
  { datastore, packages }: Omit<FetchWish, 'version'>,
  { dataDir, cacheDir, signal }: Omit<FetchOptions, 'say'>,
): Promise<string | null> => {
  const cache = await openCache(dataDir, cacheDir)
  const kept = await listBuilds(join(cache, datastore))
  const newest = kept.find((build) => packages.some((names) => isWholeBuild(basename(build), names)))
  return newest === undefined ? null : take(newest, datastore, dataDir, signal)
}

/** One for each distribution: a program of one does not run on the libraries of another. */
const openCache = async (dataDir: string, given: string | undefined): Promise<string> => {
  const system = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const fieldOf = (key: string): string => new RegExp(`^${key}="?([\\w.-]+)"?$`, 'm').exec(system)?.[1] ?? 'unknown'
  const name = `${fieldOf('ID')}-${fieldOf('VERSION_ID')}-${process.arch}`
  const wanted = join(given ?? process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'coffer', 'engines', name)
  try {
    await mkdir(wanted, { recursive: true })
    await access(wanted, constants.W_OK)
    return wanted
  } catch {
    const own = join(dataDir, 'builds', '.cache', name)
    await mkdir(own, { recursive: true })
    return own
  }
}

type Choice = { readonly names: PackageSet; readonly packageVersion: string }

const choose = async (apt: Apt, { datastore, packages, version }: FetchWish): Promise<Choice> => {
  const offered: string[] = []
  for (const names of packages) {
    const versions = await apt.versionsOf(names[0] ?? '')
    const packageVersion = versions.find((each) => version === null || isVersionWithin(upstreamOf(each), version))
    if (packageVersion !== undefined) return { names, packageVersion }
    offered.push(...versions.map(upstreamOf))
  }
  if (offered.length === 0) {
    throw new BuildRefused(
      `the package sources of this system have no ${packages.map(([server]) => server).join(', ')}`,
    )
  }
  const { title } = engineOf(datastore)
  const there = [...new Set(offered)].join(', ')
  throw new BuildRefused(`the package sources of this system have no ${title} ${version}, but ${there}`)
}

type Unpacking = Pick<FetchOptions, 'say' | 'signal'> & { readonly scratch: string }

const unpack = async (
  apt: Apt,
  names: readonly string[],
  version: string,
  { scratch, say, signal }: Unpacking,
): Promise<string> => {
  const plan = await apt.plan(names, version)
  const megabytes = plan.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
  say(`downloading ${plan.length} packages, ${megabytes.toFixed(1)} MB`)
  const root = join(scratch, 'root')
  await mkdir(root)
  for (const file of await apt.download(plan)) await run('dpkg-deb', ['--extract', file, root], signal)
  // Packages of before Debian 12 put libraries here, which a system has as a link.
  const old = join(root, 'lib')
  if (await exists(old)) await run('cp', ['--archive', `${old}/.`, join(root, 'usr', 'lib')], signal)
  await run('chmod', ['--recursive', 'a+rX,go-w', root], signal)
  return root
}

/** Hard links take no room and outlive the cache; another file system gets copies. */
const take = async (kept: string, datastore: DatastoreType, dataDir: string, signal: AbortSignal): Promise<string> => {
  const directory = join(buildsOf(dataDir, datastore), basename(kept))
  if (await exists(directory)) return directory
  await mkdir(dirname(directory), { recursive: true, mode: 0o755 })
  const draft = await mkdtemp(join(dirname(directory), '.taking-'))
  try {
    const copy = join(draft, 'build')
    await run('cp', ['--archive', '--link', kept, copy], signal).catch(async () => {
      signal.throwIfAborted()
      await removeTree(copy)
      await run('cp', ['--archive', kept, copy], signal)
    })
    await appear(copy, directory)
    return directory
  } finally {
    await removeTree(draft)
  }
}

/** Another process may have been faster, with the same. */
const appear = async (draft: string, directory: string): Promise<void> => {
  await mkdir(dirname(directory), { recursive: true, mode: 0o755 })
  await rename(draft, directory).catch(async (error: unknown) => {
    if (!(await exists(directory))) throw error
  })
}
