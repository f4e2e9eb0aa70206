import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where programs in `binDir` look for modules: as Debian and as the npm packages lay them out. */
const moduleDirs = ['../lib', '../lib/postgresql']
const statistics = 'pg_stat_statements'

/** The value for `shared_preload_libraries`, if this installation brings what is worth it. It may come without the contrib modules. */
export const preloadOf = (binDir: string): readonly string[] =>
  moduleDirs.some((directory) => existsSync(join(binDir, directory, `${statistics}.so`))) ? [statistics] : []
