import { join } from 'node:path'
import { buildsOf } from '../../../builds/builds.ts'
import type { EnginePlaces } from '../../engine-setup.ts'
import type { SearchPaths } from './discover.ts'

/** Where builds of PostgreSQL are that were added or fetched, a directory each. */
export const postgresqlBuilds = (dataDir: string): string => buildsOf(dataDir, 'postgresql')

/** Where PostgreSQL is looked for: the packages npm installed, what was added or fetched, Debian's and Red Hat's places, and the usual directories. */
export const postgresqlPaths = ({ programDir, dataDir }: EnginePlaces): SearchPaths => ({
  nodeModules: [join(programDir, 'node_modules')],
  buildRoots: [postgresqlBuilds(dataDir)],
  systemRoots: ['/usr/lib/postgresql', '/usr/pgsql'],
  binDirs: ['/usr/local/pgsql/bin', '/usr/local/bin', '/usr/bin'],
})
