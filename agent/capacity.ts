import { statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import type { Resources } from '../domain/values/resources.ts'
import type { AgentConfig } from './config.ts'
import type { Facts } from './journal/facts.ts'

const mib = 1024 ** 2
const gib = 1024 ** 3
/** Not offered: templates, volumes that are prepared, logs, and what is left free when the last volume is made. */
const ownBytes = 512 * mib

/**
 * What the host can give to instances: what was configured, else what was found. Free disk space is looked at once and kept until the disk's size
 * changes: later, volumes are part of what is used, and they are counted already.
 */
export const findCapacity = async (
  config: Pick<AgentConfig, 'capacity' | 'vcpusPerCore'>,
  directory: string,
  facts: Facts,
): Promise<Resources> => ({
  vcpus: config.capacity.vcpus ?? availableParallelism() * config.vcpusPerCore,
  memoryMiB: config.capacity.memoryMiB ?? Math.floor(totalmem() / mib),
  volumeGiB: config.capacity.volumeGiB ?? (await findDisk(directory, facts)),
})

const findDisk = async (directory: string, facts: Facts): Promise<number> => {
  const { bavail, blocks, bsize } = await statfs(directory)
  const size = String(blocks * bsize)
  const known = facts.get('disk free at first start, GiB')
  if (known !== null && facts.get('disk size, bytes') === size) return Number(known)
  const free = Math.max(0, Math.floor((bavail * bsize - ownBytes) / gib))
  facts.set('disk size, bytes', size)
  facts.set('disk free at first start, GiB', String(free))
  return free
}
