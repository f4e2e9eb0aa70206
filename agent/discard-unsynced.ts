import { readFileSync } from 'node:fs'
import { removeTree } from './files.ts'
import type { Host } from './host.ts'
import type { Facts } from './journal/facts.ts'

/** Another one after every start of the machine; null where the kernel does not tell. */
const findBootId = (): string | null => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}

/**
 * Takes away data that was copied and had not reached the disk when the machine went down: what a power cut leaves of its files may be empty,
 * and an engine need not notice. Nobody has used it: an instance is reachable for its owner only when all of it is on the disk. The command
 * that was at it copies it anew, or fails.
 */
export const discardUnsynced = async (
  { records, volumes, layout, log }: Pick<Host, 'records' | 'volumes' | 'layout' | 'log'>,
  facts: Facts,
  signal: AbortSignal,
): Promise<void> => {
  const [last, now] = [facts.get('boot'), findBootId()]
  if (now === null || last === now) return
  for (const { nodeId, volume, durable } of last === null ? [] : records.all()) {
    if (durable) continue
    records.update(nodeId, { desired: 'stopped' })
    try {
      await volumes(volume.kind).attach(layout.volumePlace(nodeId), signal)
      await removeTree(layout.dataDir(nodeId))
    } catch (error) {
      signal.throwIfAborted()
      // Nothing was made yet, or nothing of it can be used.
      log.warn({ nodeId, err: error }, 'what an instance had before the machine went down could not be removed')
    }
  }
  facts.set('boot', now)
}
