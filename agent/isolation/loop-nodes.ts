import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists, removeTree } from '../files.ts'
import { CommandFailed, type Run } from '../run.ts'
import { findMount } from './mounts.ts'

const devices = '/sys/block'

/**
 * Makes the nodes in /dev of loop devices that the kernel has and that lack one. It adds a device for whoever asks for a free one (loop(4)), but the
 * node appears only in a devtmpfs: a container often has a /dev of its own. Answers whether it made any; throws `CommandFailed` if it may not.
 */
export const makeLoopNodes = async (run: Run, signal: AbortSignal): Promise<boolean> => {
  let made = false
  for (const name of await readdir(devices)) {
    const node = `/dev/${name}`
    if (!/^loop\d+$/.test(name) || (await exists(node))) continue
    const [major = '', minor = ''] = (await readFile(join(devices, name, 'dev'), 'utf8')).trim().split(':')
    await run('mknod', ['-m', '660', node, 'b', major, minor], signal).catch(async (error: unknown) => {
      // Somebody else may have made it meanwhile.
      if (!(await exists(node))) throw error
    })
    made = true
  }
  return made
}

/** Whether further devices get their nodes, from the kernel or from the agent. Tried with a node of that name, which is gone again. */
export const mayMakeLoopNodes = async (run: Run, name: string, signal: AbortSignal): Promise<boolean> => {
  if (findMount('/dev')?.fileSystem === 'devtmpfs') return true
  const node = `/dev/coffer-${name}`
  try {
    await removeTree(node)
    await run('mknod', ['-m', '600', node, 'b', String(loopMajor), '0'], signal)
    await removeTree(node)
    return true
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CommandFailed || (error as NodeJS.ErrnoException).code === 'EROFS') return false
    throw error
  }
}

/** Linux: Documentation/admin-guide/devices.txt. */
const loopMajor = 7

/** How many devices with a node there are for instances: all but those that others have attached files to, and one to prepare volumes with. */
export const countLoopDevices = async (enginesRoot: string): Promise<number> => {
  const names = (await readdir('/dev')).filter((name) => /^loop\d+$/.test(name))
  const isOurs = await Promise.all(
    names.map(async (name) => {
      const file = await readFile(join(devices, name, 'loop/backing_file'), 'utf8').catch(() => null)
      return file === null || file.startsWith(`${enginesRoot}/`)
    }),
  )
  return Math.max(0, isOurs.filter(Boolean).length - 1)
}
