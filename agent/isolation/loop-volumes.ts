import { chmod, mkdir, open, rename, stat, truncate } from 'node:fs/promises'
import { EngineFault } from '../engines/engine.ts'
import { isDiskFull } from '../faults.ts'
import { exists, fileSystemRoom, freeBytes, removeTree, statBlockBytes } from '../files.ts'
import { CommandFailed, type Run } from '../run.ts'
import { findMount, isMounted, unmount } from './mounts.ts'
import { requireVolume, type VolumePlace, type Volumes, volumeMode } from './volumes.ts'

const gib = 1024 ** 3
/** What must be left of the host's disk when a volume was made: for logs, and for what the agent notes. */
const leastFreeBytes = 128 * 1024 * 1024
/** How long a volume that is removed may be in use by others than its engine, which has ended. */
const letGoAfterMs = 1000

/**
 * An ext4 file system in a file, mounted through a loop device: its size holds, and can grow while it is in use. The file has all its blocks
 * before anybody uses it: where a host's disk is full, a write that needs a new block fails as if the device was broken, the file system
 * becomes read-only, and an engine that had room within its volume is down.
 */
export const createLoopVolumes = (run: Run): Volumes => {
  const attach = async (place: VolumePlace, signal: AbortSignal): Promise<void> => {
    if (isMounted(place.directory)) return
    await requireVolume(place.image)
    await mkdir(place.directory, { recursive: true })
    // noinit_itable: else the kernel fills the image with empty inode tables in the background.
    const options = 'loop,noatime,nosuid,nodev,noinit_itable'
    await run('mount', ['-t', 'ext4', '-o', options, place.image, place.directory], signal)
  }

  return {
    kind: 'loop',
    ensure: async (place, sizeGiB, signal, { reserve = true } = {}) => {
      const bytes = sizeGiB * gib
      if (!(await exists(place.image))) await makeImage(run, place.image, bytes, signal)
      if (reserve) await reserveRoom(run, place.image, bytes, signal)
      if ((await ext4Bytes(findMount(place.directory)?.source ?? place.image)) < bytes) {
        await truncate(place.image, Math.max(bytes, (await stat(place.image)).size))
        if (isMounted(place.directory)) await growMounted(run, place, signal)
        else await growDetached(run, place, signal)
      }
      await attach(place, signal)
      await chmod(place.directory, volumeMode)
    },
    attach,
    keepRoom: async ({ image }, signal) => {
      await reserveRoom(run, image, (await stat(image)).size, signal)
    },
    detach: ({ directory }, signal) => unmount(run, directory, signal),
    remove: async ({ directory, image }, signal) => {
      // Its image goes with it, so nobody can mount it a second time while somebody is still in it.
      await unmount(run, directory, signal, { letGoAfterMs })
      await removeTree(directory)
      await removeTree(image)
    },
    measure: ({ directory }) => fileSystemRoom(directory),
  }
}

/** Under another name until it is whole, so that a file system of that name can be mounted. */
const makeImage = async (run: Run, image: string, bytes: number, signal: AbortSignal): Promise<void> => {
  const unfinished = `${image}.new`
  await using file = await open(unfinished, 'w', 0o600)
  await requireRoom(unfinished, 0)
  await file.truncate(bytes)
  // No block for the superuser, nothing written ahead of need: a file system in about ten milliseconds.
  const lazy = 'lazy_itable_init=1,lazy_journal_init=1,nodiscard'
  await run('mkfs.ext4', ['-q', '-F', '-m', '0', '-E', lazy, unfinished], signal)
  await rename(unfinished, image)
}

const requireRoom = async (path: string, bytes: number): Promise<void> => {
  const free = await freeBytes(path)
  if (free - bytes >= leastFreeBytes) return
  const wanted = bytes === 0 ? 'a volume' : `a volume that needs ${bytes} more`
  throw new EngineFault('DISK_FULL', `the disk of the database host has ${free} bytes left, too few for ${wanted}`, {
    retryable: true,
  })
}

/** Gives the image the blocks that it lacks of so many bytes. False where the host's file system can not do that. */
const reserveRoom = async (run: Run, image: string, bytes: number, signal: AbortSignal): Promise<boolean> => {
  const { blocks } = await stat(image)
  const lackingBytes = bytes - blocks * statBlockBytes
  if (lackingBytes <= 0) return true
  await requireRoom(image, lackingBytes)
  try {
    await run('fallocate', ['--length', String(bytes), image], signal)
    return true
  } catch (error) {
    // No support, no such tool: a volume without it still serves, and the host says so.
    if (error instanceof CommandFailed && !isDiskFull(error)) return false
    throw error
  }
}

const growDetached = async (run: Run, { image }: VolumePlace, signal: AbortSignal): Promise<void> => {
  // resize2fs refuses a file system that was not checked since it was last in use.
  await run('e2fsck', ['-f', '-p', image], signal)
  await run('resize2fs', [image], signal)
}

/** The kernel grows a file system in use only for those with CAP_SYS_RESOURCE, which root may lack in a container. */
const growMounted = async (run: Run, place: VolumePlace, signal: AbortSignal): Promise<void> => {
  const device = findMount(place.directory)?.source ?? ''
  await run('losetup', ['--set-capacity', device], signal)
  try {
    await run('resize2fs', [device], signal)
  } catch (error) {
    if (!(error instanceof CommandFailed) || !error.stderr.includes('Permission denied')) throw error
    await run('umount', [place.directory], signal).catch((cause: unknown) => {
      const message = 'this host grows a volume only while its engine is stopped: the agent lacks CAP_SYS_RESOURCE'
      throw new EngineFault('VOLUME_IN_USE', message, { retryable: true, cause })
    })
    await growDetached(run, place, signal)
  }
}

/** The size in the superblock: blocks at 4 (low half) and 336 (high), and the block size at 24 as a power of two from 1024. */
const ext4Bytes = async (deviceOrImage: string): Promise<number> => {
  await using file = await open(deviceOrImage, 'r')
  const superblock = Buffer.alloc(1024)
  await file.read(superblock, 0, superblock.length, 1024)
  const blocks = superblock.readUInt32LE(4) + superblock.readUInt32LE(336) * 2 ** 32
  return blocks * 1024 * 2 ** superblock.readUInt32LE(24)
}

/** `whyNot`: null where volumes can be had. `reserves`: whether their room can be set aside. */
export type LoopSupport = { readonly whyNot: string | null; readonly reserves: boolean }

const probeBytes = 16 * 1024 * 1024

/** Whether this host lets the agent make and mount one, in this directory. Leaves nothing behind. */
export const probeLoopVolumes = async (run: Run, directory: string, signal: AbortSignal): Promise<LoopSupport> => {
  const volumes = createLoopVolumes(run)
  const place = { directory: `${directory}/loop-probe`, image: `${directory}/loop-probe.img` }
  try {
    // Small, for it is thrown away at once.
    await volumes.remove(place, signal)
    await makeImage(run, place.image, probeBytes, signal)
    const reserves = await reserveRoom(run, place.image, probeBytes, signal)
    await volumes.attach(place, signal)
    return { whyNot: null, reserves }
  } catch (error) {
    signal.throwIfAborted()
    return { whyNot: error instanceof Error ? error.message : String(error), reserves: false }
  } finally {
    await volumes.remove(place, signal)
  }
}
