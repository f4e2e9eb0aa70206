import { mostRoom } from '../../domain/engines/registry.ts'
import type { VolumeUse } from '../../domain/values/volume-use.ts'
import { EngineFault, type Owner } from '../engines/engine.ts'
import { exists } from '../files.ts'
import type { Run } from '../run.ts'

export type VolumeKind = 'loop' | 'directory'

/** Where a volume is used and, for a loop volume, the file that holds it. */
export type VolumePlace = { readonly directory: string; readonly image: string }

/**
 * One way to keep an instance's data. Every call is an outcome: a repeat is harmless, and half-made things are finished.
 *
 * Each volume keeps a reserve where the host can give it: room that its engine does not see, until it is lent for a start on a full volume.
 */
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
  /** What it has, in whole GiB: more than was asked for where somebody was broken off who had it grown. One of `sizeGiB` was asked for. */
  sizeOf(place: VolumePlace, sizeGiB: number): Promise<number>
  /** What is taken of it, and what the engine may still take. It is in use; one of this size was asked for. */
  measure(place: VolumePlace, sizeGiB: number, signal: AbortSignal): Promise<VolumeUse>
  /** The engine of this account, and whoever works for it, may use the reserve. The volume is in use. */
  lendReserve(place: VolumePlace, owner: Owner, signal: AbortSignal): Promise<void>
  /** So much of the reserve as there is left of it is kept, and none is lent. The volume is in use. */
  keepReserve(place: VolumePlace, bytes: number, signal: AbortSignal): Promise<void>
  hasLent(place: VolumePlace): Promise<boolean>
}

/** The reserve of a volume: what an engine needs to recover. */
export const reserveBytes = mostRoom.recoveryMiB * 1024 ** 2
/**
 * What is kept of it on a full volume, at most and at least: an engine that refuses writes still needs some room, for a client's login or a `TRUNCATE`,
 * and is left so much where it can be.
 */
export const fullReserve = { mostBytes: 48 * 1024 ** 2, leastBytes: 24 * 1024 ** 2, leftBytes: 16 * 1024 ** 2 }
/** Files that the reserve has, where the number of files is limited. */
export const reserveFiles = 64

/** Where files are that the reserve of a loop volume is made of, within it. */
export const reserveDirectory = 'reserve'

/** The owner of a volume's directory is root: engines pass through it to their data. */
export const volumeMode = 0o711

/** What must be left of the host's disk when a volume was made: for logs, and for what the agent notes. */
export const leastFreeBytes = 128 * 1024 * 1024

export const requireVolume = async (path: string): Promise<void> => {
  if (await exists(path)) return
  throw new EngineFault('VOLUME_MISSING', "the instance's volume is not on its host any more: it has to be put back", {
    cause: new Error(`nothing is at ${path}`),
  })
}

/** Everything written to the file system of this path has reached the disk. */
export const syncFileSystem = async (run: Run, path: string, signal: AbortSignal): Promise<void> => {
  await run('sync', ['--file-system', path], signal)
}
