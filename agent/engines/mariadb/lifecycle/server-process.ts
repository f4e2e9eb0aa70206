import { basename } from 'node:path'
import type { EngineInstance } from '../../engine.ts'
import { commandLineOf, isAnyProcess, readPid } from '../../pid-file.ts'
import { configurationOf, pidFileOf } from '../places.ts'

/** The argument by which the process is known. The server takes it first alone. */
export const configurationArgument = (instance: Pick<EngineInstance, 'dataDir'>): string =>
  `--defaults-file=${configurationOf(instance)}`

/**
 * The pid of the server that runs on this instance's configuration and wrote its pid file, or null. The process must be a `mariadbd` that was started
 * with this file.
 */
export const findServer = async (instance: EngineInstance): Promise<number | null> => {
  const pid = await readPid(pidFileOf(instance))
  return pid !== null && (await isStartedOn(pid, instance)) ? pid : null
}

/** Whether any process was started on this configuration, be it too young to have written its pid file. */
export const isAnyServerOn = (instance: EngineInstance): Promise<boolean> =>
  isAnyProcess((pid) => isStartedOn(pid, instance))

const isStartedOn = async (pid: number, instance: EngineInstance): Promise<boolean> => {
  const [program = '', argument] = await commandLineOf(pid)
  return basename(program) === 'mariadbd' && argument === configurationArgument(instance)
}
