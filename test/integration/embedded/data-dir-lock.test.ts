import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { acquireDataDirLock, DataDirRefused } from '../../../commands/adapters/embedded/data-dir-lock.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { startProcess } from './processes/start.ts'

const dir = createTempDir('data-dir-lock')
const isRoot = process.getuid?.() === 0

const refusal = (dataDir: string, role = 'all'): DataDirRefused => {
  try {
    acquireDataDirLock({ dataDir, role }).release()
  } catch (error) {
    if (error instanceof DataDirRefused) return error
    throw error
  }
  throw new Error('the directory was not refused')
}

describe('the lock of a data directory', { timeout: 60_000 }, () => {
  it('makes the directory, for nobody else, and lets the next in when released', () => {
    const dataDir = join(dir.next(), 'deep')
    const lock = acquireDataDirLock({ dataDir, role: 'all' })
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    lock.release()
    lock.release()
    acquireDataDirLock({ dataDir, role: 'all' }).release()
  })

  it('lets one of each role in', () => {
    const dataDir = dir.next()
    const locks = ['api', 'agent'].map((role) => acquireDataDirLock({ dataDir, role }))
    expect(refusal(dataDir, 'agent')).toMatchObject({ code: 'DATA_DIR_IN_USE', pid: process.pid })
    for (const lock of locks) lock.release()
  })

  it('refuses while another process has it, naming it, and not any more once that was killed', async () => {
    const dataDir = dir.next()
    const holder = startProcess('lock.ts', dataDir, 'all')
    try {
      await holder.until((lines) => lines.includes('held'))
      const error = refusal(dataDir)
      expect(error).toMatchObject({ code: 'DATA_DIR_IN_USE', pid: holder.pid })
      for (const part of [String(holder.pid), dataDir, 'Stop it']) expect(error.message).toContain(part)
    } finally {
      await holder.end('SIGKILL')
    }
    acquireDataDirLock({ dataDir, role: 'all' }).release()
  })

  it('stays with a process that keeps no reference to it, until it ends', async () => {
    const dataDir = dir.next()
    const holder = startProcess('lock.ts', dataDir, 'all')
    try {
      // The script collects garbage before each `held`.
      await holder.until((lines) => lines.length >= 3)
      expect(refusal(dataDir).code).toBe('DATA_DIR_IN_USE')
    } finally {
      await holder.end()
    }
  })

  it('is not fooled by the pid of a process that is gone', () => {
    const dataDir = dir.next()
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'all.pid'), '1\n')
    acquireDataDirLock({ dataDir, role: 'all' }).release()
  })

  it('refuses a path that is a file', () => {
    const path = dir.next()
    writeFileSync(path, '')
    expect(refusal(path)).toMatchObject({ code: 'DATA_DIR_NOT_WRITABLE', path })
  })

  it('refuses a place where nothing can be made, at once', () => {
    expect(refusal('/proc/coffer/data').code).toBe('DATA_DIR_NOT_WRITABLE')
  })

  it('makes the directories above it that are missing', () => {
    const dataDir = join(dir.next(), 'a', 'b')
    acquireDataDirLock({ dataDir, role: 'all' }).release()
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  })

  it.runIf(isRoot)('refuses the directory of another user, naming both (needs root)', () => {
    const dataDir = dir.next()
    mkdirSync(dataDir)
    chownSync(dataDir, 65_534, 65_534)
    const error = refusal(dataDir)
    expect(error.code).toBe('DATA_DIR_OF_ANOTHER_USER')
    expect(error.message).toMatch(/user 65534 .* user 0.* chown/)
  })

  it('refuses a directory it may not write to', (context) => {
    context.skip(isRoot, 'needs an account other than root')
    const dataDir = dir.next()
    mkdirSync(dataDir)
    chmodSync(dataDir, 0o500)
    expect(refusal(dataDir).code).toBe('DATA_DIR_NOT_WRITABLE')
    chmodSync(dataDir, 0o700)
  })

  it('refuses a lock file that is something else', () => {
    const dataDir = dir.next()
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'all.lock'), 'not a lock '.repeat(1_000))
    expect(refusal(dataDir).code).toBe('DATA_DIR_LOCK_UNUSABLE')
  })
})
