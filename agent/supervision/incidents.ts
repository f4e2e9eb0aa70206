import { isoNow, type WallClock } from '../../kernel/clock.ts'
import { type LogFinding, tellFindings } from '../engines/engine.ts'
import type { NodeRecord } from '../journal/nodes.ts'

/**
 * - `OUT_OF_MEMORY`: the kernel ended a process of the engine, or all of it.
 * - `CRASHED`: a process of the engine crashed, and the main process recovered.
 * - `ENDED`: the main process ended, and nobody of Coffer's had told it to.
 * - `FORCED`: it served nobody, and the agent ended it.
 */
export type IncidentCause = 'OUT_OF_MEMORY' | 'CRASHED' | 'ENDED' | 'FORCED'
export type IncidentCounts = Readonly<Record<IncidentCause, number>>
export const noIncidents: IncidentCounts = { OUT_OF_MEMORY: 0, CRASHED: 0, ENDED: 0, FORCED: 0 }

/** What has happened to an engine, with the count of memory kills that it takes into account; to be reported together. */
export type Incident = { readonly cause: IncidentCause; readonly reason: string; readonly memoryKills: number }

export type IncidentDeps = {
  readonly clock: WallClock
  /** What was reported of the instance before. */
  readonly known: Pick<NodeRecord, 'memoryKills' | 'spec'>
  /** As `Cgroups.memoryKills`. */
  readonly memoryKills: number | null
}

/** What has cut sessions, or may have, while the main process went on. Null for nothing. */
export const incidentOfSessions = (deps: IncidentDeps, crashed: boolean): Incident | null => {
  const memory = wantOfMemory(deps)
  if (memory === null && !crashed) return null
  const what = memory ?? 'a process of the engine crashed'
  const cause = memory === null ? 'CRASHED' : 'OUT_OF_MEMORY'
  return incident(deps, cause, crashed ? `${what}: every session was cut, and the engine recovered` : what)
}

/** `how`: the main process ended, if that is known. */
export const incidentOfProcess = (
  deps: IncidentDeps,
  how: string | null,
  findings: readonly LogFinding[],
): Incident => {
  const memory = wantOfMemory(deps)
  const cause = memory === null ? 'ENDED' : 'OUT_OF_MEMORY'
  return incident(deps, cause, `the engine's process ${how ?? 'ended'}: ${memory ?? tellFindings(findings)}`)
}

export const incidentOfForce = (deps: IncidentDeps, why: string): Incident =>
  incident(deps, 'FORCED', `the engine was ended by force: ${why}`)

const incident = ({ clock, known, memoryKills }: IncidentDeps, cause: IncidentCause, what: string): Incident => ({
  cause,
  reason: `at ${isoNow(clock).slice(11, 19)} UTC ${what}`,
  memoryKills: memoryKills ?? known.memoryKills,
})

/** The processes that the kernel has ended since, as the instance had no memory left; null for none. */
const wantOfMemory = ({ known, memoryKills }: IncidentDeps): string | null => {
  if (memoryKills === null || memoryKills === known.memoryKills) return null
  // The group of an instance that was started again counts from zero.
  const count = memoryKills > known.memoryKills ? memoryKills - known.memoryKills : memoryKills
  if (count === 0) return null
  const processes = count === 1 ? 'a process' : `${count} processes`
  return `the kernel ended ${processes} of the engine for want of memory (the instance has ${known.spec?.memoryMiB} MiB)`
}
