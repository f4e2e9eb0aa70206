import { basename } from 'node:path'
import type { EngineInstance } from './engine.ts'
import { commandLineOf, isAnyProcess, readPid } from './pid-file.ts'

/** How an engine's one process that serves is known from all others. */
export type ServerProcess = {
  readonly program: string
  /** What it is started with, before anything else: its configuration, so that of no other instance is like it. */
  readonly argumentOf: (instance: EngineInstance) => string
  readonly pidFileOf: (instance: EngineInstance) => string
}

export type ServerFinder = {
  /** The pid of the server that runs on this instance's configuration and wrote its pid file, or null. */
  findServer(instance: EngineInstance): Promise<number | null>
  /** Whether any process was started on this configuration, be it too young to have written its pid file. */
  isAnyServerOn(instance: EngineInstance): Promise<boolean>
}

export const createServerFinder = ({ program, argumentOf, pidFileOf }: ServerProcess): ServerFinder => {
  const isStartedOn = async (pid: number, instance: EngineInstance): Promise<boolean> => {
    const [started = '', argument] = await commandLineOf(pid)
    return basename(started) === program && argument === argumentOf(instance)
  }
  return {
    findServer: async (instance) => {
      const pid = await readPid(pidFileOf(instance))
      return pid !== null && (await isStartedOn(pid, instance)) ? pid : null
    },
    isAnyServerOn: (instance) => isAnyProcess((pid) => isStartedOn(pid, instance)),
  }
}
