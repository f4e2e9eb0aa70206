import type { VolumeUse } from '../../domain/values/volume-use.ts'
import { EngineFault } from '../engines/engine.ts'
import { ensureDirectory, exists, fileSystemRoom, removeTree, treeBytes } from '../files.ts'
import type { Run } from '../run.ts'

export type VolumeKind = 'loop' | 'directory'

/** Where a volume is used and, for a loop volume, the file that holds it. */
export type VolumePlace = { readonly directory: string; readonly image: string }

/** One way to keep an instance's data. Every call is an outcome: a repeat is harmless, and half-made things are finished. */
export interface Volumes {
  readonly kind: VolumeKind
  /**
   * The volume exists, has at least this size, can be used, and where the host can reserve room, all of it is the volume's own. What it
   * holds stays. Throws `DISK_FULL` when the host has not so much left. `reserve: false`: it takes no more of the disk than it holds.
   */
  ensure(
    place: VolumePlace,
    sizeGiB: number,
    signal: AbortSignal,
    options?: { readonly reserve?: boolean },
  ): Promise<void>
  /** Makes it usable again, after a reboot say. Throws `VOLUME_MISSING` if it does not exist. */
  attach(place: VolumePlace, signal: AbortSignal): Promise<void>
  /** The room that was reserved for it is its own again, whatever gave it away behind the agent's back, as `fstrim` does. Throws `DISK_FULL`. */
  keepRoom(place: VolumePlace, signal: AbortSignal): Promise<void>
  /** Takes it out of use; nothing may run in it. */
  detach(place: VolumePlace, signal: AbortSignal): Promise<void>
  remove(place: VolumePlace, signal: AbortSignal): Promise<void>
  /** What is taken of it, and what the engine may still take. It is in use; one of this size was asked for. */
  measure(place: VolumePlace, sizeGiB: number, signal: AbortSignal): Promise<VolumeUse>
}

/** The owner of a volume's directory is root: engines pass through it to their data. */
export const volumeMode = 0o711

const gib = 1024 ** 3

/** A plain directory: nothing enforces its size, and others may take the disk before it has reached it. */
export const createDirectoryVolumes = (): Volumes => ({
  kind: 'directory',
  ensure: async ({ directory }) => {
    await ensureDirectory(directory, volumeMode)
  },
  attach: ({ directory }) => requireVolume(directory),
  keepRoom: () => Promise.resolve(),
  detach: () => Promise.resolve(),
  remove: ({ directory }) => removeTree(directory),
  measure: async ({ directory }, sizeGiB, signal) => {
    const [used, disk] = await Promise.all([treeBytes(directory, signal), fileSystemRoom(directory)])
    const left = Math.max(0, sizeGiB * gib - used)
    return { bytes: { used, available: Math.min(left, disk.bytes.available) }, files: disk.files }
  },
})

export const requireVolume = async (path: string): Promise<void> => {
  if (await exists(path)) return
  throw new EngineFault('VOLUME_MISSING', `the instance's volume is not there: nothing is at ${path}`)
}

/** Everything written to the file system of this path has reached the disk. */
export const syncFileSystem = async (run: Run, path: string, signal: AbortSignal): Promise<void> => {
  await run('sync', ['--file-system', path], signal)
}
