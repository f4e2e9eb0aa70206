import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a directory and those above it that are missing, each with this mode; one that is there is left as it is. Throws what `mkdirSync`
 * throws. Not `recursive: true`: where a parent exists and yet nothing can be made in it (`/proc`), Node 24 then never returns.
 */
export const makeDirectory = (path: string, mode: number): void => {
  if (existsSync(path)) return
  const parent = dirname(path)
  if (parent !== path) makeDirectory(parent, mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Another process may have been quicker.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
