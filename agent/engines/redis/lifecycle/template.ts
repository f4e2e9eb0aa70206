import { chown, mkdir, rename, rm } from 'node:fs/promises'
import { exists } from '../../../files.ts'
import type { Installation, Owner } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'

/**
 * An empty directory: Redis begins a log of its own at its first start, with identities that are its own, so that copies have nothing in
 * common. Throws `EngineFault` (`TEMPLATE_FAILED`, `DISK_FULL`).
 */
export const createTemplate = async (
  { version }: Installation,
  directory: string,
  owner: Owner,
  signal: AbortSignal,
): Promise<void> => {
  signal.throwIfAborted()
  if (await exists(directory)) return
  const draft = `${directory}.building-${process.pid}`
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { mode: 0o700 })
    if (owner !== null) await chown(draft, owner.uid, owner.gid)
    await rename(draft, directory)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw toEngineFault(error, `make the template of Redis ${version}`, 'TEMPLATE_FAILED')
  }
}
