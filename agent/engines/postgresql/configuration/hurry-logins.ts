import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineInstance } from '../../engine.ts'
import { writeOwnedFile } from '../../owned-file.ts'
import { toEngineFault } from '../faults.ts'
import { reload } from '../lifecycle/postmaster.ts'

/** Read after the other settings, where it is there. */
export const hurriedConf = 'hurried.conf'

export const hurriedConfOf = (dataDir: string): string => join(dataDir, hurriedConf)

/**
 * Gives connections that have not logged in a second, the least that the engine knows, instead of ten (`authentication_timeout`). Those that began
 * before keep what they had. Without a session: none is to be had when this is called for. Throws `EngineFault` (`CONFIGURE_FAILED`, `DISK_FULL`).
 */
export const hurryLogins = async ({ dataDir, owner }: EngineInstance, hurried: boolean): Promise<void> => {
  const path = hurriedConfOf(dataDir)
  try {
    if (hurried) await writeOwnedFile(path, "authentication_timeout = '1s'\n", owner)
    else await rm(path, { force: true })
  } catch (error) {
    throw toEngineFault(error, 'write the configuration', 'CONFIGURE_FAILED')
  }
  await reload(dataDir)
}
