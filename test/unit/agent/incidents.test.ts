import { describe, expect, it } from 'vitest'
import {
  type IncidentDeps,
  incidentOfForce,
  incidentOfProcess,
  incidentOfSessions,
} from '../../../agent/supervision/incidents.ts'

const spec = { memoryMiB: 512 } as IncidentDeps['known']['spec']
const deps = (memoryKills: number | null, before = 2): IncidentDeps => ({
  clock: { now: () => Date.parse('2026-03-01T10:20:30.400Z') },
  known: { memoryKills: before, spec },
  memoryKills,
})

describe('an incident of an engine', () => {
  it('is nothing while nothing crashed and the kernel ended nothing, or nobody counts', () => {
    for (const kills of [2, 0, null]) expect(incidentOfSessions(deps(kills), false)).toBeNull()
  })

  it.each([
    [3, 'a process'],
    [7, '5 processes'],
    // Of a group that was made again since.
    [1, 'a process'],
  ])('is what the kernel ended, when %i were counted after 2', (kills, processes) => {
    expect(incidentOfSessions(deps(kills), false)).toEqual({
      cause: 'OUT_OF_MEMORY',
      reason: `at 10:20:30 UTC the kernel ended ${processes} of the engine for want of memory (the instance has 512 MiB)`,
      memoryKills: kills,
    })
  })

  it('says that sessions were cut, and goes on counting where it was', () => {
    expect(incidentOfSessions(deps(2), true)).toEqual({
      cause: 'CRASHED',
      reason: 'at 10:20:30 UTC a process of the engine crashed: every session was cut, and the engine recovered',
      memoryKills: 2,
    })
  })

  it('tells how the main process ended: for want of memory, or as its log tells', () => {
    const findings = [{ kind: 'other', text: 'it ran out of files' }] as const
    expect(incidentOfProcess(deps(3), 'was ended by SIGKILL', findings)).toMatchObject({
      cause: 'OUT_OF_MEMORY',
      reason:
        "at 10:20:30 UTC the engine's process was ended by SIGKILL: the kernel ended a process of the engine for want of memory (the instance has 512 MiB)",
    })
    expect(incidentOfProcess(deps(null), null, findings)).toEqual({
      cause: 'ENDED',
      reason: "at 10:20:30 UTC the engine's process ended: it ran out of files",
      memoryKills: 2,
    })
  })

  it('tells why it was ended by force', () => {
    expect(incidentOfForce(deps(2), 'it stood still')).toMatchObject({
      cause: 'FORCED',
      reason: 'at 10:20:30 UTC the engine was ended by force: it stood still',
    })
  })
})
