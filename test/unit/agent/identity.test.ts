import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadIdentity } from '../../../agent/identity.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('agent-identity')
const newDirectory = (): string => {
  const directory = temp.next()
  mkdirSync(directory)
  return directory
}

describe('the identity of an agent', () => {
  it('is made once, in a file for its owner alone, and is the same ever after', () => {
    const directory = newDirectory()
    const first = loadIdentity(directory, randomUUID)
    const second = loadIdentity(directory, randomUUID)
    expect(second.hostId).toBe(first.hostId)
    expect(second.monitorPassword('a')).toBe(first.monitorPassword('a'))
    expect(statSync(join(directory, 'identity.json')).mode & 0o777).toBe(0o600)
  })

  it('gives every instance another monitor password, and writes none down', () => {
    const directory = newDirectory()
    const { monitorPassword } = loadIdentity(directory, randomUUID)
    expect(monitorPassword('a')).not.toBe(monitorPassword('b'))
    expect(readFileSync(join(directory, 'identity.json'), 'utf8')).not.toContain(monitorPassword('a'))
  })

  it('is not made anew over one that cannot be read', () => {
    const directory = newDirectory()
    writeFileSync(join(directory, 'identity.json'), '{')
    expect(() => loadIdentity(directory, randomUUID)).toThrow(/does not hold an agent's identity/)
  })
})
