import { constants } from 'node:fs'
import { copyFile, type FileHandle, open } from 'node:fs/promises'
import type { Owner } from '../engines/engine.ts'

/** Opens the log that an engine appends to. Never through a link: the agent may be root, and the engine is not. */
export const openEngineLog = async (file: string, owner: Owner): Promise<FileHandle> => {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW
  const handle = await open(file, flags, 0o600)
  if (owner) await handle.chown(owner.uid, owner.gid)
  return handle
}

/**
 * Keeps a log within bounds: over the limit it is copied to `<file>.1` and emptied. The engine holds the file open for
 * appending, so it goes on at the beginning; lines written during the copy may be lost.
 */
export const boundEngineLog = async (file: string, limitBytes: number): Promise<void> => {
  await using handle = await open(file, constants.O_RDWR | constants.O_NOFOLLOW)
  if ((await handle.stat()).size <= limitBytes) return
  await copyFile(file, `${file}.1`)
  await handle.truncate(0)
}
