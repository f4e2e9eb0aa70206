import { spawnSync } from 'node:child_process'
import { existsSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const freeBytes = (directory: string): number => {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

const leastBytes = 256 * 1024

/** Fills the file system of the directory up but for so much, with a file whose path is answered. Called again, it takes what has become free. */
export const fillDisk = (directory: string, leaveBytes: number): string => {
  const ballast = join(directory, 'ballast')
  for (;;) {
    const tooMuch = freeBytes(directory) - leaveBytes
    if (tooMuch < leastBytes) return ballast
    const size = existsSync(ballast) ? statSync(ballast).size : 0
    // It fails where others write meanwhile: then there is less to take.
    spawnSync('fallocate', ['--offset', String(size), '--length', String(tooMuch), ballast])
  }
}
