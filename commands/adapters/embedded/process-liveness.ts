import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process id together with the place where that number means this process. */
export type ProcessName = { readonly pid: number; readonly pidSpace: string }

export const thisProcess = (): ProcessName => ({ pid: process.pid, pidSpace: pidSpace() })

/**
 * True only when it is certain. A process in another container or on another host cannot be seen from here, a process that
 * runs under the same number may be another one: both count as perhaps alive.
 */
export const isCertainlyDead = (other: ProcessName): boolean => {
  if (other.pidSpace !== pidSpace()) return false
  try {
    process.kill(other.pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

/** Boot and process id namespace on Linux, where containers may share a directory and not the numbers; else the host's name. */
const pidSpace = (): string => {
  ownPidSpace ??= readPidSpace()
  return ownPidSpace
}

/** It does not change while a process runs, and every heartbeat of the groups asks for it. */
let ownPidSpace: string | undefined

const readPidSpace = (): string => {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
