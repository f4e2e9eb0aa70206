import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/**
 * Mounts an empty ext4 there, made in a file beside the directory (`<directory>.img`): a disk of a machine. It takes room of the real one only
 * where it is written to, so that blocks which are set aside on it cost nothing. Needs `canMount`.
 */
export const mountDisk = (directory: string, sizeMiB: number): void => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const image = `${directory}.img`
  execFileSync('truncate', ['--size', `${sizeMiB}M`, image])
  execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1', image])
  execFileSync('mount', ['-t', 'ext4', '-o', 'loop,noinit_itable', image, directory])
}
