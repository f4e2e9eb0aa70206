import { readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { draftBeside } from '../../../files.ts'
import { hasCode } from '../../error-codes.ts'

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Makes the links between shared libraries that the PostgreSQL in `packageDir` needs in order to run, and which npm
 * packages cannot carry. The package lists them in `native/pg-symlinks.json` as `{ source: existing file, target: link
 * to make }`, relative to the package, and makes them in an install script; this does the same for installs with
 * `--ignore-scripts`. May be repeated and run by several processes at once; writes nothing when the links are there. A
 * package without the list needs none.
 */
export const hydrateSymlinks = async (packageDir: string): Promise<void> => {
  const list = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch((error) => {
    if (hasCode(error, 'ENOENT')) return '[]'
    throw error
  })
  for (const { source, target } of linksSchema.parse(JSON.parse(list))) {
    await ensureLink(join(packageDir, target), relative(dirname(target), source))
  }
}

/**
 * A wrong link is replaced by rename, so that an engine starting at this moment finds either the old or the new one.
 */
const ensureLink = async (link: string, pointsTo: string): Promise<void> => {
  const present = await readlink(link).catch(() => null)
  if (present === pointsTo) return
  const draft = draftBeside(link)
  await symlink(pointsTo, draft)
  try {
    await rename(draft, link)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
