import { readFileSync } from 'node:fs'
import type { Kernel } from '../../kernel/kernel.ts'
import { CommandFailed, type Run } from '../run.ts'

export type Mount = {
  readonly mountPoint: string
  readonly fileSystem: string
  /** The device, for a file system that has one. */
  readonly source: string
  /** Options of the file system itself: for cgroup v1, the controllers. */
  readonly superOptions: readonly string[]
}

export type MountDeps = Pick<Kernel, 'clock' | 'timers'> & { readonly run: Run }

const busyRetryMs = 50

/** What is mounted, as this process sees it. */
export const listMounts = (): readonly Mount[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ')
      const [fileSystem = '', source = '', superOptions = ''] = right.split(' ')
      const mountPoint = unescapeOctal(left.split(' ')[4] ?? '')
      return { mountPoint, fileSystem, source: unescapeOctal(source), superOptions: superOptions.split(',') }
    })

/** What is mounted there; on top, where several are. */
export const findMount = (path: string): Mount | undefined =>
  listMounts().findLast(({ mountPoint }) => mountPoint === path)

export const isMounted = (path: string): boolean => findMount(path) !== undefined

/**
 * Unmounts everything that is mounted there, and waits while it is still in use. Nothing mounted is fine. With `letGoAfterMs` it waits no
 * longer than that: then the path is free, and whoever still sits in the file system keeps it, alone, for as long as he does.
 */
export const unmount = async (
  { run, clock, timers }: MountDeps,
  path: string,
  signal: AbortSignal,
  { letGoAfterMs = Number.POSITIVE_INFINITY }: { readonly letGoAfterMs?: number } = {},
): Promise<void> => {
  const startedAt = clock.elapsedMs()
  while (isMounted(path)) {
    try {
      const waits = clock.elapsedMs() - startedAt < letGoAfterMs
      await run('umount', waits ? [path] : ['--lazy', path], signal)
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      if (!isMounted(path)) return
      if (!error.stderr.includes('busy')) throw error
      await timers.sleep(busyRetryMs, { signal })
    }
  }
}

/** The kernel writes blanks and backslashes in octal. */
const unescapeOctal = (field: string): string =>
  field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
