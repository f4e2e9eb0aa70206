import { mkdir } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { ArchiveBroken, untar } from '../../../backup/untar.ts'
import { type EngineBackup, EngineFault } from '../../engine.ts'
import { differenceFrom } from './manifest.ts'
import { parts } from './take.ts'

/** What the first start recovers to a consistent state. The superuser has no password, and the monitor gets another when it is verified. */
export const restore: EngineBackup['restore'] = async (_installation, directory, _owner, source, signal) => {
  await mkdir(directory, { mode: 0o700 })
  const files = await untar(source.read(parts.data), directory).catch((error: unknown) => {
    throw error instanceof ArchiveBroken ? damaged(error.message) : error
  })
  signal.throwIfAborted()
  const difference = differenceFrom(await text(source.read(parts.manifest)), files)
  if (difference !== null) throw damaged(difference)
}

const damaged = (why: string): EngineFault =>
  new EngineFault('BACKUP_DAMAGED', `The backup is not what PostgreSQL wrote: ${why}`)
