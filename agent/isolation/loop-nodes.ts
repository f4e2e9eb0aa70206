import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../files.ts'
import type { Run } from '../run.ts'

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
