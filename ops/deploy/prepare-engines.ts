import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hydrateSymlinks } from '../../agent/engines/postgresql/hydrate-symlinks.ts'
import { programDir } from '../program-info.ts'

/**
 * To be run once by the owner of an installation that the agent's account can not write to (an image, `/opt/coffer`): the agent
 * makes these links itself where it may.
 */
const packages = join(programDir, 'node_modules')
for (const name of await readdir(packages)) {
  if (name.startsWith('postgresql-')) await hydrateSymlinks(join(packages, name))
}
