import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOrCreateSecretFile } from '../../../ops/secret-file.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('secret-file')

describe('a secret file', () => {
  it('is made once, for its owner alone, and stays as it is', () => {
    const path = join(temp.path, 'token')
    expect(readOrCreateSecretFile(path, () => 'first')).toBe('first')
    expect(readOrCreateSecretFile(path, () => 'second')).toBe('first')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(temp.path)).toEqual(['token'])
  })

  it('is that of the other process when two make it together', () => {
    const path = join(temp.path, 'raced')
    const make = (): string => {
      writeFileSync(path, 'theirs\n')
      return 'ours'
    }
    expect(readOrCreateSecretFile(path, make)).toBe('theirs')
  })
})
