import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readAdminTokens, readMasterKey } from '../../../ops/compose/secrets.ts'
import { loadConfig } from '../../../ops/config.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('secrets')

const configIn = (files: Readonly<Record<string, string>>) => {
  const dataDir = temp.next()
  mkdirSync(dataDir)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dataDir, name), text)
  return loadConfig({ COFFER_DATA_DIR: dataDir }).config
}

const readSecrets = (config: ReturnType<typeof configIn>) => ({
  masterKey: readMasterKey(config),
  ...readAdminTokens(config, quietKernel),
})

describe('the secrets of an API', () => {
  it('are made once, and read again', () => {
    const config = configIn({})
    const made = readSecrets(config)
    expect(made.masterKey).toHaveLength(32)
    expect(readSecrets(config).masterKey).toEqual(made.masterKey)
    expect([readFileSync(join(config.dataDir, 'admin-token'), 'utf8').trim()]).toEqual(made.adminTokens())
  })

  it.each([
    ['master-key', 'is empty', ''],
    ['master-key', 'was cut short', 'dGhpcyBpcyBub3Q'],
    ['admin-token', 'is empty', '\n'],
    ['admin-token', 'can be guessed', 'hunter2'],
  ])('are refused where %s %s, and the file is left as it is', (name, _how, text) => {
    const config = configIn({ [name]: text })
    const file = join(config.dataDir, name)
    expect(() => readSecrets(config)).toThrow(`${file} holds something else, not shown here, than `)
    expect(() => readSecrets(config)).not.toThrow(/hunter2|dGhpc/)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })
})
