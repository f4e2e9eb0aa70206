import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeId } from '../../domain/ids.ts'
import { allEnded } from '../all-ended.ts'
import { removeTree } from '../files.ts'
import type { Host } from '../host.ts'
import type { Installed } from '../installations.ts'
import { reserveDirectory } from '../isolation/volumes.ts'
import { nodeMarker } from '../supervision/process-table.ts'

/** Leaves nothing on a volume that has no data yet but what the file system and the reserve need. */
export const clearVolume = async (volume: string): Promise<void> => {
  const useless = (await readdir(volume)).filter((name) => name !== 'lost+found' && name !== reserveDirectory)
  await allEnded(...useless.map((name) => removeTree(join(volume, name))))
}

/** Data that is whole, and beside its place, becomes the instance's: with an identity of its own, and its owner's. */
export const takeIntoUse = async (
  { layout, records, run }: Host,
  installed: Installed,
  nodeId: NodeId,
  data: string,
  signal: AbortSignal,
): Promise<void> => {
  await installed.driver.giveIdentity(data)
  const owner = records.get(nodeId)?.owner
  const marked = { [nodeMarker]: nodeId }
  if (owner) await run('chown', ['--recursive', `${owner.uid}:${owner.gid}`, data], signal, marked)
  await rename(data, layout.dataDir(nodeId))
}
