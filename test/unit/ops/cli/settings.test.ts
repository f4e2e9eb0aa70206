import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readClientSettings } from '../../../../ops/cli/settings.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const temp = createTempDir('client-settings')

const dataDirWith = (files: Record<string, string>): string => {
  const directory = temp.next()
  mkdirSync(directory, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  return directory
}

describe('the settings of the client', () => {
  it('are those of the local server', () => {
    const directory = dataDirWith({ 'admin-token': 'abc\n', url: 'http://127.0.0.1:4711\n' })
    expect(readClientSettings({ COFFER_DATA_DIR: directory }, '/nowhere')).toEqual({
      url: 'http://127.0.0.1:4711',
      token: 'abc',
    })
  })

  it('are found beside the program when the current directory has none', () => {
    // No directory of a server that happens to run where the tests were started.
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    process.chdir(temp.path)
    const program = temp.next()
    mkdirSync(join(program, 'data'), { recursive: true })
    writeFileSync(join(program, 'data', 'admin-token'), 'abc')
    expect(readClientSettings({}, program)).toEqual({ url: 'http://127.0.0.1:4000', token: 'abc' })
  })

  it('are what the environment says before anything else', () => {
    const directory = dataDirWith({ 'admin-token': 'abc', url: 'http://127.0.0.1:4711' })
    const environment = { COFFER_DATA_DIR: directory, COFFER_URL: 'https://db.example/', COFFER_TOKEN: 'mine' }
    expect(readClientSettings(environment, '/nowhere')).toEqual({ url: 'https://db.example', token: 'mine' })
    expect(readClientSettings({ COFFER_DATA_DIR: directory, COFFER_PORT: '4999' }, '/nowhere').url).toBe(
      'http://127.0.0.1:4999',
    )
  })

  it('are missed with the place they were looked for in', () => {
    const directory = dataDirWith({})
    expect(() => readClientSettings({ COFFER_DATA_DIR: directory }, '/nowhere')).toThrow(join(directory, 'admin-token'))
  })

  it('are not looked for around a client that is installed alone', () => {
    const directory = dataDirWith({})
    mkdirSync(join(directory, 'data'))
    writeFileSync(join(directory, 'data', 'admin-token'), 'of-another')
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    process.chdir(directory)
    expect(() => readClientSettings({ HOME: directory }, null)).toThrow(/^no token: log in with "coffer login URL"/)
    const told = { HOME: directory, COFFER_DATA_DIR: join(directory, 'data') }
    expect(readClientSettings(told, null).token).toBe('of-another')
  })

  it('refuse an address that is none', () => {
    for (const url of ['nonsense', 'localhost:4000', 'ftp://db.example'])
      expect(() => readClientSettings({ COFFER_URL: url, COFFER_TOKEN: 'x' }, '/nowhere')).toThrow(`"${url}"`)
  })

  it('refuse a token that cannot be one, without showing it', () => {
    for (const token of ['se\ncret', 'se cret', 'sécret']) {
      const read = () => readClientSettings({ COFFER_URL: 'http://db.example', COFFER_TOKEN: token }, '/nowhere')
      expect(read).toThrow('no spaces and no special characters')
      expect(read).not.toThrow('cret')
    }
  })
})
