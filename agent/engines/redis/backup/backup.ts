import { chown, mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type EngineBackup, EngineFault } from '../../engine.ts'
import { environmentOf, runProgram } from '../../run-program.ts'
import { linesOfOthers } from '../accounts/own-users.ts'
import { usersOf } from '../places.ts'
import { type Ask, withAdministration } from '../session.ts'
import { snapshotOf } from './snapshot.ts'

/** The parts of a backup of Redis: an RDB file, and the users that people made, as in the file of users. */
const parts = { data: 'data', users: 'users' } as const

/** Where a log begins that was rewritten: with a snapshot, and a list of its files (Redis documentation, "Redis persistence", since 7.0). */
const log = { directory: 'appendonlydir', base: 'appendonly.aof.1.base.rdb', manifest: 'appendonly.aof.manifest' }

export const backup: EngineBackup = {
  take: async (instance, sink, signal) => {
    sink.expect(await withAdministration(instance, signal, usedBytes))
    const users = linesOfOthers(await readFile(usersOf(instance), 'utf8'))
    await sink.store(parts.users, once(Buffer.from(users.map((line) => `${line}\n`).join(''))))
    await sink.store(parts.data, snapshotOf(instance, signal))
  },
  restore: async (installation, directory, owner, source, signal) => {
    const logDirectory = join(directory, log.directory)
    await mkdir(logDirectory, { recursive: true, mode: 0o700 })
    const base = join(logDirectory, log.base)
    const file = await open(base, 'wx', 0o600)
    try {
      for await (const chunk of source.read(parts.data)) await file.writeFile(chunk)
    } finally {
      await file.close()
    }
    await writeFile(usersOf({ dataDir: directory }), await text(source.read(parts.users)), { mode: 0o600 })
    await writeFile(join(logDirectory, log.manifest), `file ${log.base} seq 1 type b\n`, { mode: 0o600 })
    // Last: nothing is written any more where the account of the engine may.
    if (owner) for (const path of [base, logDirectory, directory]) await chown(path, owner.uid, owner.gid)
    // The server's own program is the checker when it is called so.
    const checked = await runProgram(join(installation.binDir, 'redis-server'), [base], {
      owner,
      signal,
      env: environmentOf(installation),
      argv0: 'redis-check-rdb',
    })
    if (checked.exitCode !== 0) {
      throw new EngineFault('BACKUP_DAMAGED', 'The backup is not what Redis wrote: its snapshot is damaged')
    }
  },
  /** It has read all of it to be there: what is in memory was checked on its way. */
  readAll: (instance, signal) =>
    withAdministration(instance, signal, async (ask) => {
      const keyspace = String(await ask('INFO', 'keyspace'))
      const keys = [...keyspace.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
      return { tables: 0, rows: keys }
    }),
}

const usedBytes = async (ask: Ask): Promise<number> => {
  const [, used = '0'] = /^used_memory_dataset:(\d+)/m.exec(String(await ask('INFO', 'memory'))) ?? []
  return Number(used)
}

const once = async function* (content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}
