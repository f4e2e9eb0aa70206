import { rename, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ensureDirectory, exists, fileSystemRoom, freeBytes, removeTree, sizeOf, treeBytes } from '../files.ts'
import { CommandFailed, type Run } from '../run.ts'
import { leastFreeBytes, requireVolume, reserveBytes, type VolumePlace, type Volumes, volumeMode } from './volumes.ts'

const gib = 1024 ** 3

/**
 * A plain directory: nothing enforces its size, and others may take the disk before it has reached it. The room for its engine's recovery is a
 * file beside it, which gives way when the engine needs it. A disk without so much room, or that cannot set it aside, keeps none.
 */
export const createDirectoryVolumes = (run: Run): Volumes => {
  const setAside = async (place: VolumePlace, bytes: number, signal: AbortSignal): Promise<void> => {
    const { kept } = reserveOf(place)
    if (!(await exists(kept))) await writeFile(kept, '', { mode: 0o600 })
    if ((await sizeOf(kept)) > bytes) await truncate(kept, bytes)
    if ((await freeBytes(kept)) - bytes < leastFreeBytes) return
    try {
      await run('fallocate', ['--length', String(bytes), kept], signal)
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      // Room that is not all there is of no use: others may have it.
      await truncate(kept, 0)
    }
  }

  return {
    kind: 'directory',
    ensure: async (place, _sizeGiB, signal, { reserve = true } = {}) => {
      await ensureDirectory(place.directory, volumeMode)
      if (reserve && !(await exists(reserveOf(place).lent))) await setAside(place, reserveBytes, signal)
    },
    attach: ({ directory }) => requireVolume(directory),
    keepRoom: async (place, signal) => {
      const { kept, lent } = reserveOf(place)
      if (!(await exists(lent)) && (await sizeOf(kept)) === 0) await setAside(place, reserveBytes, signal)
    },
    detach: () => Promise.resolve(),
    remove: async (place) => {
      for (const path of [place.directory, ...Object.values(reserveOf(place))]) await removeTree(path)
    },
    sizeOf: (_place, sizeGiB) => Promise.resolve(sizeGiB),
    measure: async ({ directory }, sizeGiB, signal) => {
      const [used, disk] = await Promise.all([treeBytes(directory, signal), fileSystemRoom(directory)])
      const left = Math.max(0, sizeGiB * gib - used)
      return { bytes: { used, available: Math.min(left, disk.bytes.available) }, files: disk.files }
    },
    lendReserve: async (place) => {
      const { kept, lent } = reserveOf(place)
      if (await exists(lent)) return
      await writeFile(kept, '', { mode: 0o600 })
      await rename(kept, lent)
    },
    keepReserve: async (place, bytes, signal) => {
      const { kept, lent } = reserveOf(place)
      if (await exists(lent)) await rename(lent, kept)
      if ((await sizeOf(kept)) !== bytes) await setAside(place, bytes, signal)
    },
    hasLent: (place) => exists(reserveOf(place).lent),
  }
}

const reserveOf = ({ directory }: VolumePlace) => {
  const kept = join(dirname(directory), 'reserve')
  return { kept, lent: `${kept}.lent` }
}
