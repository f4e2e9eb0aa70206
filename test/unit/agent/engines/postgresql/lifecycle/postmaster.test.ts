import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findPostmaster, pidFileOf } from '../../../../../../agent/engines/postgresql/lifecycle/postmaster.ts'
import { createTempDir } from '../../../../../support/temp-dir.ts'

const dir = createTempDir('postmaster')

const dataDirWith = (prepare: (pidFile: string) => void): string => {
  const dataDir = dir.next()
  mkdirSync(dataDir)
  prepare(pidFileOf(dataDir))
  return dataDir
}

describe('the pid file in a directory that belongs to the engine', () => {
  it('is not waited for when it is a pipe', async () => {
    const dataDir = dataDirWith((pidFile) => execFileSync('mkfifo', [pidFile]))
    expect(await findPostmaster(dataDir)).toBeNull()
  })

  it('is not followed when it is a link', async () => {
    const dataDir = dataDirWith((pidFile) => symlinkSync('/dev/zero', pidFile))
    expect(await findPostmaster(dataDir)).toBeNull()
  })

  it('is read no further than its first 4096 bytes', async () => {
    const dataDir = dataDirWith((pidFile) => writeFileSync(pidFile, `${' '.repeat(4096)}1\n`))
    expect(await findPostmaster(dataDir)).toBeNull()
  })

  it('proves nothing when its process is another', async () => {
    const dataDir = dataDirWith((pidFile) => writeFileSync(pidFile, `${process.pid}\n/elsewhere\n`))
    expect(await findPostmaster(dataDir)).toBeNull()
  })
})
