import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readProfile, removeProfile, saveProfile } from '../../../../ops/cli/profiles.ts'
import { readClientSettings } from '../../../../ops/cli/settings.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const temp = createTempDir('profiles')
const [shop, desk] = [
  { url: 'https://shop.example', token: 'shop-token' },
  { url: 'https://desk.example', token: 'desk-token' },
]

/** Somebody's home, in whose working directory no server has run. */
const atHome = (): Record<string, string> => {
  const home = temp.next()
  mkdirSync(home)
  const before = process.cwd()
  onTestFinished(() => process.chdir(before))
  process.chdir(home)
  return { XDG_CONFIG_HOME: home }
}

describe('profiles', () => {
  it('are kept for their owner alone, and the last one counts', () => {
    const environment = atHome()
    saveProfile(environment, 'shop', shop)
    saveProfile(environment, 'desk', desk)
    expect(readProfile(environment)).toEqual(desk)
    expect(readProfile({ ...environment, COFFER_PROFILE: 'shop' })).toEqual(shop)
    expect(statSync(join(environment.XDG_CONFIG_HOME ?? '', 'coffer', 'profiles.json')).mode & 0o777).toBe(0o600)
  })

  it('are forgotten, and a name that is not known is said with those that are', () => {
    const environment = atHome()
    saveProfile(environment, 'shop', shop)
    expect(removeProfile(environment, 'desk')).toBe(false)
    const misnamed = { ...environment, COFFER_PROFILE: 'desk' }
    expect(() => readProfile(misnamed)).toThrow('COFFER_PROFILE is "desk"; the profiles are: shop')
    expect(removeProfile(environment, 'shop')).toBe(true)
    expect(readProfile(environment)).toBeNull()
  })

  it('give way to the environment, and the last login to a server of this directory', () => {
    const environment = atHome()
    saveProfile(environment, 'shop', shop)
    expect(readClientSettings(environment, '/nowhere')).toEqual(shop)
    const given = { ...environment, COFFER_URL: desk.url, COFFER_TOKEN: desk.token }
    expect(readClientSettings(given, '/nowhere')).toEqual(desk)
    mkdirSync(join(process.cwd(), 'data'))
    writeFileSync(join(process.cwd(), 'data', 'admin-token'), 'local')
    expect(readClientSettings(environment, '/nowhere').token).toBe('local')
    expect(readClientSettings({ ...environment, COFFER_PROFILE: 'shop' }, '/nowhere')).toEqual(shop)
  })

  it('that cannot be read are said with what to do', () => {
    const environment = atHome()
    mkdirSync(join(environment.XDG_CONFIG_HOME ?? '', 'coffer'))
    writeFileSync(join(environment.XDG_CONFIG_HOME ?? '', 'coffer', 'profiles.json'), '{')
    expect(() => readProfile(environment)).toThrow(/profiles\.json cannot be read: mend it, or remove it/)
  })
})
