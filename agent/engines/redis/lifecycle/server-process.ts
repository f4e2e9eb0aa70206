import { createServerFinder } from '../../server-process.ts'
import { configurationOf, pidFileOf } from '../places.ts'

/** A child that rewrites the log is a copy of its parent, command line and all; it does not write the pid file. */
export const { findServer, isAnyServerOn } = createServerFinder({
  program: 'redis-server',
  argumentOf: configurationOf,
  pidFileOf,
})
