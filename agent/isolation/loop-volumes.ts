import { chmod, mkdir, open, readdir, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeError } from '../describe-error.ts'
import { EngineFault } from '../engines/engine.ts'
import { isDiskFull } from '../faults.ts'
import { ensureDirectory, exists, fileSystemRoom, freeBytes, removeTree, statBlockBytes } from '../files.ts'
import { CommandFailed, type Run } from '../run.ts'
import { makeLoopNodes } from './loop-nodes.ts'
import { findMount, isMounted, type MountDeps, unmount } from './mounts.ts'
import {
  leastFreeBytes,
  requireVolume,
  reserveBytes,
  reserveDirectory,
  reserveFiles,
  type VolumePlace,
  type Volumes,
  volumeMode,
} from './volumes.ts'

const gib = 1024 ** 3
/** How long a volume that is removed may be in use by others than its engine, which has ended. */
const letGoAfterMs = 1000
const giveBackMs = 10_000

/**
 * An ext4 file system in a file, mounted through a loop device: its size holds, and can grow while it is in use. All blocks of the file are
 * allocated before it is used. On a full host disk, a write that needs a new block would fail as if the device was broken: the file system
 * would become read-only, and an engine with room left in its volume would be down.
 *
 * Its reserve: the blocks that ext4 keeps for root, and files that keep inodes. They are lent by naming the engine's group at a remount.
 */
export const createLoopVolumes = (deps: MountDeps): Volumes => {
  const { run } = deps
  const attach = async (place: VolumePlace, signal: AbortSignal): Promise<void> => {
    if (isMounted(place.directory)) return
    await requireVolume(place.image)
    await mkdir(place.directory, { recursive: true })
    // noinit_itable: else the kernel fills the image with empty inode tables in the background.
    const options = 'loop,noatime,nosuid,nodev,noinit_itable'
    const mount = () => run('mount', ['-t', 'ext4', '-o', options, place.image, place.directory], signal)
    // The failed attempt has made the kernel add a device if none was free. Its node may be missing.
    await mount().catch(async (error: unknown) => {
      if (!(error instanceof CommandFailed)) throw error
      const made = await makeLoopNodes(run, signal).catch((cause: unknown) => {
        signal.throwIfAborted()
        throw new EngineFault('VOLUME_NOT_MOUNTED', lacksNodes, { retryable: true, cause })
      })
      if (!made) throw error
      await mount()
    })
  }

  return {
    kind: 'loop',
    ensure: async (place, sizeGiB, signal, { reserve = true } = {}) => {
      const bytes = sizeGiB * gib
      if (!(await exists(place.image))) await makeImage(run, place.image, bytes, reserveBytes, signal)
      const { bytes: before } = await readExt4(deviceOf(place))
      try {
        if (reserve) await reserveRoom(run, place.image, bytes, signal)
        if (before < bytes) {
          await truncate(place.image, Math.max(bytes, (await stat(place.image)).size))
          if (isMounted(place.directory)) await growMounted(run, place, signal)
          else await growDetached(run, place, signal)
        }
      } catch (error) {
        await giveBack(deps, place, before)
        throw error
      }
      // Growing reserves a share of what was added.
      await setReserve(run, place, reserveBytes, signal)
      await attach(place, signal)
      await chmod(place.directory, volumeMode)
      if (lentTo(place) === null) await keepFiles(place)
    },
    attach,
    keepRoom: async ({ image }, signal) => {
      await reserveRoom(run, image, (await stat(image)).size, signal)
    },
    detach: ({ directory }, signal) => unmount(deps, directory, signal),
    remove: async ({ directory, image }, signal) => {
      // Its image goes with it, so nobody can mount it a second time while somebody is still in it.
      await unmount(deps, directory, signal, { letGoAfterMs })
      await removeTree(directory)
      await removeTree(image)
    },
    sizeOf: async (place) => Math.floor((await readExt4(deviceOf(place))).bytes / gib),
    measure: async ({ directory }) => {
      const { bytes, files, free } = await fileSystemRoom(directory)
      // However much of the reserve is kept just now.
      return { bytes: { used: bytes.used, available: Math.max(0, free - reserveBytes) }, files }
    },
    lendReserve: async (place, owner, signal) => {
      if (owner && lentTo(place) !== owner.gid) await remount(run, place, owner.gid, signal)
      await removeTree(filesOf(place))
    },
    keepReserve: async (place, bytes, signal) => {
      await setReserve(run, place, bytes, signal)
      if (lentTo(place) === null) return
      await remount(run, place, rootGroup, signal)
      await keepFiles(place)
    },
    hasLent: (place) => Promise.resolve(lentTo(place) !== null),
  }
}

const rootGroup = 0
const lacksNodes =
  'the volume cannot be mounted: /dev lacks nodes of loop devices, and the agent cannot make them (it needs /sys and CAP_MKNOD)'

const deviceOf = ({ directory, image }: VolumePlace): string => findMount(directory)?.source ?? image

/** The group that the reserve of a volume is lent to. */
const lentTo = ({ directory }: VolumePlace): number | null => {
  const option = findMount(directory)?.superOptions.find((each) => each.startsWith('resgid='))
  return option === undefined ? null : Number(option.slice('resgid='.length))
}

const remount = async (run: Run, { directory }: VolumePlace, group: number, signal: AbortSignal): Promise<void> => {
  await run('mount', ['-o', `remount,resgid=${group}`, directory], signal)
}

/** The image of a file system that has not grown takes no more of the disk than it did. */
const giveBack = async ({ run, timers }: MountDeps, place: VolumePlace, before: number): Promise<void> => {
  const { bytes } = await readExt4(deviceOf(place))
  if (bytes !== before) return
  await truncate(place.image, bytes)
  const mount = findMount(place.directory)
  // Not of the request, which may have been broken off.
  if (mount) await run('losetup', ['--set-capacity', mount.source], timers.timeout(giveBackMs))
}

const setReserve = async (run: Run, place: VolumePlace, bytes: number, signal: AbortSignal): Promise<void> => {
  const { blockBytes, reservedBlocks } = await readExt4(deviceOf(place))
  const wanted = bytes / blockBytes
  if (reservedBlocks !== wanted) await run('tune2fs', ['-r', String(wanted), deviceOf(place)], signal)
}

/** ext4 has a fixed number of inodes and keeps none for anybody. */
const keepFiles = async (place: VolumePlace): Promise<void> => {
  const directory = filesOf(place)
  try {
    await ensureDirectory(directory, 0o700)
    const kept = new Set(await readdir(directory))
    for (let file = 0; file < reserveFiles; file += 1) {
      if (!kept.has(String(file))) await writeFile(join(directory, String(file)), '')
    }
  } catch (error) {
    // Those that the engine has taken are kept when it has given others back.
    if (!isDiskFull(error)) throw error
  }
}

const filesOf = ({ directory }: VolumePlace): string => join(directory, reserveDirectory)

/** Under another name until it is whole, so that a file system of that name can be mounted. */
const makeImage = async (
  run: Run,
  image: string,
  bytes: number,
  reservedBytes: number,
  signal: AbortSignal,
): Promise<void> => {
  const unfinished = `${image}.new`
  await using file = await open(unfinished, 'w', 0o600)
  await requireRoom(unfinished, 0)
  await file.truncate(bytes)
  // Nothing written ahead of need: a file system in about ten milliseconds.
  const lazy = 'lazy_itable_init=1,lazy_journal_init=1,nodiscard'
  await run('mkfs.ext4', ['-q', '-F', '-m', String((100 * reservedBytes) / bytes), '-E', lazy, unfinished], signal)
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

/** Gives the image the blocks that it lacks of so many bytes. False where the host's file system cannot do that. */
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

type Ext4 = { readonly bytes: number; readonly blockBytes: number; readonly reservedBlocks: number }

/**
 * From the superblock: blocks at 4 (low half) and 336 (high), those reserved at 8 and 340, and the block size at 24 as a power of two from
 * 1024.
 */
const readExt4 = async (deviceOrImage: string): Promise<Ext4> => {
  await using file = await open(deviceOrImage, 'r')
  const superblock = Buffer.alloc(1024)
  await file.read(superblock, 0, superblock.length, 1024)
  const countAt = (low: number, high: number) => superblock.readUInt32LE(low) + superblock.readUInt32LE(high) * 2 ** 32
  const blockBytes = 1024 * 2 ** superblock.readUInt32LE(24)
  return { bytes: countAt(4, 336) * blockBytes, blockBytes, reservedBlocks: countAt(8, 340) }
}

/** `whyNot`: null where volumes can be had. `reserves`: whether their room can be set aside. */
export type LoopSupport = { readonly whyNot: string | null; readonly reserves: boolean }

const probeBytes = 16 * 1024 * 1024

/** Whether this host lets the agent make and mount one, in this directory. Leaves nothing behind. */
export const probeLoopVolumes = async (
  deps: MountDeps,
  directory: string,
  signal: AbortSignal,
): Promise<LoopSupport> => {
  const { run } = deps
  const volumes = createLoopVolumes(deps)
  const place = { directory: `${directory}/loop-probe`, image: `${directory}/loop-probe.img` }
  try {
    // Small, for it is thrown away at once.
    await volumes.remove(place, signal)
    await makeImage(run, place.image, probeBytes, 0, signal)
    const reserves = await reserveRoom(run, place.image, probeBytes, signal)
    await volumes.attach(place, signal)
    return { whyNot: null, reserves }
  } catch (error) {
    signal.throwIfAborted()
    return { whyNot: describeError(error), reserves: false }
  } finally {
    await volumes.remove(place, signal)
  }
}
