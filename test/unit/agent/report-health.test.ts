import { describe, expect, it } from 'vitest'
import { createHealthReports, type HealthReportDeps } from '../../../agent/supervision/report-health.ts'
import { parseNodeId } from '../../../domain/ids.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const nodeId = parseNodeId('01a203e8-d15c-7003-b72b-009708214fd6')

const incident = { cause: 'CRASHED', reason: 'at 10:20:30 UTC a process crashed', memoryKills: 0 } as const
const reports = (write: () => void) => {
  const counted: string[] = []
  const setHealth = createHealthReports({
    config: { incidentShownMs: 1000 },
    records: { get: () => ({ health: 'HEALTHY', volumeStage: 'ROOMY', incident: null, memoryKills: 0 }) },
    journal: { report: write, settledEpochs: () => () => 1 },
    reporter: { wake: () => {} },
    clock: { now: () => 0 },
    ids: { next: () => 'id' },
    log: createRecordingLog().log,
    countIncident: (cause: string) => counted.push(cause),
  } as unknown as HealthReportDeps)
  return { setHealth, counted }
}

describe('a reported incident', () => {
  it('is counted once, and not again when it is over', () => {
    const { setHealth, counted } = reports(() => {})
    setHealth(nodeId, 'HEALTHY', 'it recovered', { incident })
    setHealth(nodeId, 'HEALTHY', 'the engine answers', { incident: null })
    setHealth(nodeId, 'UNHEALTHY', 'it does not answer')
    expect(counted).toEqual(['CRASHED'])
  })

  it('is not counted while it cannot be written down, as it is told again', () => {
    const { setHealth, counted } = reports(() => {
      throw new Error('the disk is full')
    })
    setHealth(nodeId, 'HEALTHY', 'it recovered', { incident })
    expect(counted).toEqual([])
  })
})
