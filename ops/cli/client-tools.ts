import { execFile } from 'node:child_process'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { buildsOf, librariesOf, listBuilds, upstreamOf } from '../../agent/builds/builds.ts'
import { isExecutable } from '../../agent/files.ts'
import { engineOf } from '../../domain/engines/registry.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { majorOf } from '../../domain/values/version.ts'
import type { CliContext } from './context.ts'
import { clientDataDir, localDataDirs } from './settings.ts'

const run = promisify(execFile)

/**
 * `advice`: what to know about this program with the engine; null when it fits. `libraries`: where those are that came with it; null where it needs
 * none of its own.
 */
export type ClientTool = {
  readonly path: string
  readonly advice: string | null
  readonly libraries: string | null
}

/**
 * The program for an engine of this version. One of its own version is looked for in the client's own directory, where distributions put it, and with
 * the builds that were added to a server of this machine. Else it is any other, best of the same major version. Null when there is none.
 */
export const findClientTool = async (
  datastore: DatastoreType,
  version: string,
  { environment, clone }: Pick<CliContext, 'environment' | 'clone'>,
): Promise<ClientTool | null> => {
  const { client } = engineOf(datastore)
  const ownDirectories = [
    { directory: join(clientDataDir(environment), datastore, String(majorOf(version)), 'bin'), libraries: null },
    ...client.directories(version).map((directory) => ({ directory, libraries: null })),
    ...(await inBuilds(datastore, version, localDataDirs(environment, clone))),
  ]
  for (const { directory, libraries } of ownDirectories) {
    const path = join(directory, client.program)
    if (await isExecutable(path)) return { path, advice: null, libraries }
  }
  const others = [...(environment.PATH ?? '').split(':').map((directory) => directory || '.'), ...client.elsewhere]
  let first: ClientTool | null = null
  for (const path of new Set(others.map((directory) => join(directory, client.program)))) {
    if (!(await isExecutable(path))) continue
    const own = await askVersion(path, client.version)
    const found = { path, advice: own === null ? null : client.advice(own, version), libraries: null }
    if (own !== null && majorOf(own) === majorOf(version)) return found
    first ??= found
  }
  return first
}

/** Where builds of this major version have their programs: of the very version first, then the newest. */
const inBuilds = async (
  datastore: DatastoreType,
  version: string,
  dataDirs: readonly string[],
): Promise<readonly { readonly directory: string; readonly libraries: string | null }[]> => {
  const builds = (await Promise.all(dataDirs.map((directory) => listBuilds(buildsOf(directory, datastore))))).flat()
  const fitting = builds.filter((build) => majorOf(basename(build)) === majorOf(version))
  const isSame = (build: string): boolean => upstreamOf(basename(build)) === version
  const ordered = [...fitting.filter(isSame), ...fitting.filter((build) => !isSame(build))]
  // What was fetched has all as the distribution has it, below the build's directory.
  const fetched = [...engineOf(datastore).client.directories(version), '/usr/bin']
  return ordered.flatMap((build) => [
    { directory: join(build, 'bin'), libraries: null },
    ...fetched.map((directory) => ({ directory: join(build, directory), libraries: librariesOf(join(build, 'usr')) })),
  ])
}

/** Null when it does not tell. */
const askVersion = async (path: string, pattern: RegExp): Promise<string | null> => {
  const printed = await run(path, ['--version']).catch(() => null)
  return pattern.exec(printed?.stdout ?? '')?.[1] ?? null
}
