import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BackupSource, Installation, Owner } from '../../../../../agent/engines/engine.ts'
import { backup } from '../../../../../agent/engines/redis/backup/backup.ts'
import { createTempDir } from '../../../../support/temp-dir.ts'

const directory = createTempDir('redis-restore')
const source: BackupSource = {
  read: async function* (part) {
    yield Buffer.from(`the content of ${part}`)
  },
}
const nobody: Owner = {
  user: 'nobody',
  uid: Number(execFileSync('id', ['-u', 'nobody'])),
  gid: Number(execFileSync('id', ['-g', 'nobody'])),
}

/** Its program says as whom it runs and what it can read, and ends with this code. */
const installedWith = async (
  exitCode: number,
): Promise<{ installation: Installation; said: () => Promise<string> }> => {
  const binDir = directory.next()
  await mkdir(binDir)
  const [program, told] = [join(binDir, 'redis-server'), join(binDir, 'told')]
  await writeFile(program, `#!/bin/sh\n{ id -u; cat "$1"; } >${told}\nexit ${exitCode}\n`)
  await writeFile(told, '')
  for (const path of [directory.path, binDir, program]) await chmod(path, 0o755)
  await chmod(told, 0o666)
  const installation: Installation = { datastore: 'redis', version: '7.0.15', source: 'system', binDir }
  return { installation, said: () => readFile(told, 'utf8') }
}

const bound = AbortSignal.timeout(10_000)

describe('a restore of Redis', () => {
  it.runIf(process.getuid?.() === 0)('reads what customers stored as the account of the engine alone', async () => {
    const { installation, said } = await installedWith(0)
    const data = directory.next()
    await backup.restore(installation, data, nobody, source, bound)
    expect(await said()).toBe(`${nobody?.uid}\nthe content of data`)
    const base = join(data, 'appendonlydir', 'appendonly.aof.1.base.rdb')
    expect((await stat(base)).uid).toBe(nobody?.uid)
  })

  it('refuses what the checker of the engine refuses', async () => {
    const { installation } = await installedWith(1)
    const restore = backup.restore(installation, directory.next(), null, source, bound)
    await expect(restore).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
  })
})
