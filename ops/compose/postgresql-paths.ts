import { join } from 'node:path'
import type { SearchPaths } from '../../agent/engines/postgresql/discover.ts'
import { programDir } from '../program-info.ts'

/** Where `npm run add-engine` puts builds of PostgreSQL, a directory each. */
export const addedBuilds = (dataDir: string): string => join(dataDir, 'builds', 'postgresql')

/** Where PostgreSQL is looked for: the packages npm installed, what was added, Debian's and Red Hat's places, and the usual directories. */
export const postgresqlPaths = (dataDir: string): SearchPaths => ({
  nodeModules: [join(programDir, 'node_modules')],
  addedRoots: [addedBuilds(dataDir)],
  systemRoots: ['/usr/lib/postgresql', '/usr/pgsql'],
  binDirs: ['/usr/local/pgsql/bin', '/usr/local/bin', '/usr/bin'],
})
