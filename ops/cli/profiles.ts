import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ClientEnvironment, ClientSettings } from './client-environment.ts'
import { trouble } from './failure.ts'

/** Servers that the user has logged in to, by the names they have here. Holds tokens: the file is readable by its owner alone. */
type Profiles = { readonly current: string | null; readonly profiles: Readonly<Record<string, ClientSettings>> }

export const defaultProfile = 'default'

const fileOf = (environment: ClientEnvironment): string =>
  join(environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config'), 'coffer', 'profiles.json')

const readProfiles = (environment: ClientEnvironment): Profiles => {
  const path = fileOf(environment)
  try {
    const { current, profiles } = JSON.parse(readFileSync(path, 'utf8'))
    return { current: current ?? null, profiles: profiles ?? {} }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, profiles: {} }
    throw trouble('BAD_PROFILES', `${path} cannot be read: mend it, or remove it and log in again`, error)
  }
}

const writeProfiles = (environment: ClientEnvironment, profiles: Profiles): void => {
  const path = fileOf(environment)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.new`
  writeFileSync(draft, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 })
  // Left over from a login that was killed, it may be older than its mode.
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}

/** Of COFFER_PROFILE, else the last one that was logged in to; null where there is none. Throws for a name that is not known. */
export const readProfile = (environment: ClientEnvironment): ClientSettings | null => {
  const wanted = environment.COFFER_PROFILE
  const { current, profiles } = readProfiles(environment)
  const name = wanted || current
  const found = name && Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (wanted && !found) {
    const names = Object.keys(profiles).join(', ') || 'none yet'
    throw trouble('NO_PROFILE', `COFFER_PROFILE is ${JSON.stringify(wanted)}; the profiles are: ${names}`)
  }
  return found ?? null
}

export const saveProfile = (environment: ClientEnvironment, name: string, settings: ClientSettings): void => {
  const { profiles } = readProfiles(environment)
  writeProfiles(environment, { current: name, profiles: { ...profiles, [name]: settings } })
}

/** Answers whether there was one of this name. */
export const removeProfile = (environment: ClientEnvironment, name: string): boolean => {
  const { current, profiles } = readProfiles(environment)
  if (!Object.hasOwn(profiles, name)) return false
  const { [name]: _removed, ...others } = profiles
  writeProfiles(environment, { current: current === name ? null : current, profiles: others })
  return true
}
