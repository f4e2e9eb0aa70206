import type { EngineInstance } from '../../engine.ts'
import { createServerFinder } from '../../server-process.ts'
import { configurationOf, pidFileOf } from '../places.ts'

/** The argument by which the process is known. The server takes it first alone. */
export const configurationArgument = (instance: Pick<EngineInstance, 'dataDir'>): string =>
  `--defaults-file=${configurationOf(instance)}`

export const { findServer, isAnyServerOn } = createServerFinder({
  program: 'mariadbd',
  argumentOf: configurationArgument,
  pidFileOf,
})
