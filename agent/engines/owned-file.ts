import { open, rename, rm } from 'node:fs/promises'
import { draftBeside } from '../files.ts'
import type { Owner } from './engine.ts'

/**
 * Replaces the file at `path` (absolute, in an existing directory) by `text`, readable by `owner` alone (mode 0600), or
 * leaves it as it was: never half of each, also when the machine stops meanwhile. Throws the file system's own error.
 *
 * The directory may belong to an account that is less trusted than this process. So the new file gets a name that cannot be
 * foreseen, and O_EXCL, which follows no link. It is handed over through its handle, not its name.
 */
export const writeOwnedFile = async (path: string, text: string, owner: Owner): Promise<void> => {
  const draft = draftBeside(path)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      if (owner !== null) await file.chown(owner.uid, owner.gid)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
