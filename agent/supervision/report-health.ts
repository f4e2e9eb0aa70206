import type { HostId, NodeId } from '../../domain/ids.ts'
import type { Health } from '../../domain/values/health.ts'
import type { VolumeStage } from '../../domain/values/volume-use.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import type { AgentConfig } from '../config.ts'
import type { Journal } from '../journal/journal.ts'
import type { NodeRecords } from '../journal/nodes.ts'
import type { Reporter } from '../reporter.ts'
import type { Incident, IncidentCause } from './incidents.ts'

/** Reports how the engine is, and what else is known, if that is news. */
export type SetHealth = (nodeId: NodeId, health: Health, reason: string, known?: Known) => void

/** What is absent is as it was. `incident`: what has happened to the engine, shown for a while; null when that is over. */
export type Known = { readonly volumeStage?: VolumeStage; readonly incident?: Incident | null }

export type HealthReportDeps = {
  readonly hostId: HostId
  readonly config: Pick<AgentConfig, 'incidentShownMs'>
  readonly records: NodeRecords
  readonly journal: Journal
  readonly reporter: Reporter
  readonly clock: WallClock
  readonly ids: IdSource
  readonly log: Log
  /** Called once for each incident that was written down. */
  readonly countIncident: (cause: IncidentCause) => void
}

export const createHealthReports = (deps: HealthReportDeps): SetHealth => {
  const { hostId, config, records, journal, reporter, clock, ids, log, countIncident } = deps
  const shownFromNow = ({ reason }: Incident) => ({
    reason,
    until: new Date(clock.now() + config.incidentShownMs).toISOString(),
  })
  return (nodeId, health, reason, known = {}) => {
    const record = records.get(nodeId)
    if (!record) return
    const { instanceId } = record
    const { volumeStage = record.volumeStage } = known
    if (health === record.health && volumeStage === record.volumeStage && known.incident === undefined) return
    const incident = known.incident === undefined ? record.incident : known.incident && shownFromNow(known.incident)
    const memoryKills = known.incident?.memoryKills ?? record.memoryKills
    const change = { health, volumeStage, incident, memoryKills }
    const report = {
      type: 'health',
      reportId: ids.next(),
      at: isoNow(clock),
      hostId,
      instanceId,
      nodeId,
      health,
      epoch: journal.settledEpochs()(nodeId),
      volumeStage,
      incident: incident?.reason ?? null,
      reason,
    } as const
    try {
      journal.report(hostId, report, () => records.update(nodeId, change))
    } catch (error) {
      // On a full disk: an engine must be looked after all the same. It stays news, and is told with the next look.
      log.error({ nodeId, health, volumeStage, err: error }, 'the health of an engine cannot be written for now')
      return
    }
    if (known.incident) countIncident(known.incident.cause)
    log.info({ instanceId, nodeId, health, volumeStage, reason }, 'the health of an engine changed')
    reporter.wake()
  }
}
