import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { EngineInstance, EngineLimits } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import { writeOwnedFile } from '../../owned-file.ts'
import { linesOfOthers, ownLines } from '../accounts/own-users.ts'
import { toEngineFault } from '../faults.ts'
import { findServer } from '../lifecycle/server-process.ts'
import { adminPasswordOf, configurationOf, usersOf } from '../places.ts'
import { withAdministration } from '../session.ts'
import { liveSettings, parseSettings, renderSettings, settingsOf } from './settings.ts'

const header = '# Written by Coffer at every start: changes made here are lost.\n'

/**
 * Writes `coffer.conf` and, unless the engine runs and keeps them itself, the agent's own password and its lines in the file of users. Throws `EngineFault`
 * (`CONFIGURE_FAILED`, `DISK_FULL`).
 */
export const configure = async (instance: EngineInstance, limits: EngineLimits): Promise<void> => {
  try {
    const text = header + renderSettings(settingsOf(instance, limits))
    await writeOwnedFile(configurationOf(instance), text, instance.owner)
    if ((await findServer(instance)) === null) await writeOwnLines(instance)
  } catch (error) {
    throw toEngineFault(error, 'write the configuration', 'CONFIGURE_FAILED')
  }
}

const writeOwnLines = async (instance: EngineInstance): Promise<void> => {
  const present = await readFile(usersOf(instance), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return ''
    // The users of people are in it.
    throw error
  })
  const password = randomBytes(24).toString('base64url')
  await writeOwnedFile(adminPasswordOf(instance), password, instance.owner)
  const lines = [...ownLines(password), ...linesOfOthers(present)]
  await writeOwnedFile(usersOf(instance), `${lines.join('\n')}\n`, instance.owner)
}

/** Throws `EngineFault`, or the signal's reason. */
export const applyConfiguration = async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
  const written = await readFile(configurationOf(instance), 'utf8')
  const settings = [...parseSettings(written)].filter(([name]) => liveSettings.includes(name)).flat()
  await withAdministration(instance, signal, (ask) => ask('CONFIG', 'SET', ...settings))
}
