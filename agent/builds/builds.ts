import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { compareVersions } from '../../domain/values/version.ts'
import type { PackageSet } from '../engines/engine-setup.ts'

/** Where builds of an engine are that belong to one data directory, a directory each. */
export const buildsOf = (dataDir: string, datastore: DatastoreType): string => join(dataDir, 'builds', datastore)

/**
 * The name of the directory of a build: the version as the distribution writes it, without its epoch, and, after an underscore, which no version has, how many
 * packages were asked for. Others of the same upstream version, with other mends or fewer packages, lie beside it.
 */
export const buildName = (packageVersion: string, packages: PackageSet): string =>
  `${packageVersion.replace(/^\d+:/, '')}${setMark(packages)}`

/** Whether a build of this name has all packages of the set. */
export const isWholeBuild = (name: string, packages: PackageSet): boolean => name.endsWith(setMark(packages))

const setMark = (packages: PackageSet): string => `_${packages.length}`

/** Of a package's version (`1:10.11.19-0+deb12u1`) or the name of a build, the version that the engine says of itself (`10.11.19`). */
export const upstreamOf = (packageVersion: string): string => packageVersion.replace(/^\d+:/, '').replace(/-[^-]*$/, '')

/** The names of what is below a directory; none where it cannot be read. One that begins with a dot is being made, and left out. */
export const namesOfBuilds = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => !name.startsWith('.'))
}

/** The builds below a directory, newest first. */
export const listBuilds = async (directory: string): Promise<readonly string[]> => {
  const names = await namesOfBuilds(directory)
  return names
    .toSorted((a, b) => compareVersions(upstreamOf(b), upstreamOf(a)) || b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(directory, name))
}

/** Where Debian and Ubuntu put libraries. */
const triplets: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
}

/** The libraries that were unpacked with the programs of a build. `prefix`: its `usr`, wherever that appears. */
export const librariesOf = (prefix: string): string => join(prefix, 'lib', triplets[process.arch] ?? '')
