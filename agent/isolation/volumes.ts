import { chmod, mkdir } from 'node:fs/promises'
import { EngineFault } from '../engines/engine.ts'
import { exists, removeTree } from '../files.ts'
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
}

/** The owner of a volume's directory is root: engines pass through it to their data. */
export const volumeMode = 0o711

/** A plain directory: nothing enforces its size. */
export const createDirectoryVolumes = (): Volumes => ({
  kind: 'directory',
  ensure: async ({ directory }) => {
    await mkdir(directory, { recursive: true })
    await chmod(directory, volumeMode)
  },
  attach: ({ directory }) => requireVolume(directory),
  keepRoom: () => Promise.resolve(),
  detach: () => Promise.resolve(),
  remove: ({ directory }) => removeTree(directory),
})

export const requireVolume = async (path: string): Promise<void> => {
  if (await exists(path)) return
  throw new EngineFault('VOLUME_MISSING', `the instance's volume is not there: nothing is at ${path}`)
}

/** Everything written to the file system of this path has reached the disk. */
export const syncFileSystem = async (run: Run, path: string, signal: AbortSignal): Promise<void> => {
  await run('sync', ['--file-system', path], signal)
}
