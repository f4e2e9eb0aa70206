import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineSetup } from '../engine-setup.ts'
import { createPostgresqlDriver } from './driver.ts'
import { addBuild } from './setup/add-build.ts'
import { carriedLibraries } from './setup/carried-libraries.ts'
import { hydrateSymlinks } from './setup/hydrate-symlinks.ts'
import { postgresqlBuilds, postgresqlPaths } from './setup/search-paths.ts'

const datastore = 'postgresql'
/** Each distribution has one of them. */
const packagedMajors = [18, 17, 16, 15] as const

export const postgresqlSetup: EngineSetup = {
  datastore,
  packages: packagedMajors.map((major) => [`postgresql-${major}`, `postgresql-client-${major}`]),
  createDriver: (places, kernel) => createPostgresqlDriver({ ...kernel, searchPaths: postgresqlPaths(places) }),
  finishCarried: async (programDir) => {
    const packages = join(programDir, 'node_modules')
    for (const name of await readdir(packages)) {
      if (name.startsWith('postgresql-')) await hydrateSymlinks(join(packages, name))
    }
  },
  addBuild: async (archive, { dataDir }, say) => {
    const { version, directory } = await addBuild(archive, postgresqlBuilds(dataDir), say)
    const binDir = join(directory, 'bin')
    const libraries = await carriedLibraries(join(binDir, '..', 'lib'))
    return { installation: { datastore, version, source: 'added', libraries, binDir }, directory }
  },
}
