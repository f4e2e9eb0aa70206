import { type Clock, systemClock } from './clock.ts'
import { createIdSource, type IdSource } from './ids.ts'
import type { Log } from './log.ts'
import { type Random, systemRandom } from './random.ts'
import { systemTimers, type Timers } from './timers.ts'
import { noTracer, type Tracer } from './tracer.ts'

/**
 * Time, chance and what is told about them: all that makes one run differ from another. Made once, at the composition root, and
 * passed down. A part names what it needs: `Pick<Kernel, 'clock' | 'timers'>`.
 */
export type Kernel = {
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdSource
  readonly timers: Timers
  readonly log: Log
  readonly tracer: Tracer
}

/** The kernel of a real process. */
export const systemKernel = (log: Log, tracer: Tracer = noTracer): Kernel => ({
  clock: systemClock,
  random: systemRandom,
  ids: createIdSource(systemClock, systemRandom),
  timers: systemTimers,
  log,
  tracer,
})
