import { spawnSync } from 'node:child_process'

export const isRoot = process.getuid?.() === 0

const tryMount = 'mount -t tmpfs tmpfs /mnt'

/** Whether this account may mount something, which not even every root may. Tried where nobody else sees it. */
export const canMount = isRoot && spawnSync('unshare', ['--mount', 'sh', '-c', tryMount]).status === 0

/** An account that owns nothing: `nobody` on most systems. */
export const stranger = { uid: 65_534, gid: 65_534 }

/** Whether that account can run this command. Only root can find out. */
export const canStrangerRun = (command: string, args: readonly string[]): boolean =>
  isRoot && spawnSync(command, args, { ...stranger, env: {}, cwd: '/' }).status === 0
