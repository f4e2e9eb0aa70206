import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'

/**
 * The content of a file that is made once, mode 0600, and stays as it is. Two processes that make it together end with the same: the file is
 * whole and on disk before it gets its name.
 */
export const readOrCreateSecretFile = (path: string, make: () => string): string => {
  const existing = tryRead(path)
  if (existing !== null) return existing
  const draft = `${path}.new-${process.pid}`
  rmSync(draft, { force: true })
  try {
    const file = openSync(draft, 'wx', 0o600)
    writeSync(file, `${make()}\n`)
    fsyncSync(file)
    closeSync(file)
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  const made = tryRead(path)
  if (made === null) throw new Error(`${path} was removed while it was being made`)
  return made
}

const tryRead = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
