import type { HostId, NodeId } from '../../domain/ids.ts'
import type { VolumeUse } from '../../domain/values/volume-use.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AgentConfig } from '../config.ts'
import type { Journal } from '../journal/journal.ts'
import type { NodeRecords } from '../journal/nodes.ts'
import type { Reporter } from '../reporter.ts'
import type { EngineControl } from './engine-control.ts'
import { type IncidentCause, type IncidentCounts, noIncidents } from './incidents.ts'
import { createHealthReports, type SetHealth } from './report-health.ts'
import { type WatchDeps, watchEngine } from './watch-engine.ts'

export type SupervisorDeps = Pick<Kernel, 'clock' | 'timers' | 'ids' | 'log'> & {
  readonly hostId: HostId
  readonly config: AgentConfig
  readonly control: EngineControl
  readonly records: NodeRecords
  readonly journal: Journal
  readonly reporter: Reporter
  readonly leaveToStart: WatchDeps['leaveToStart']
  readonly volumes: WatchDeps['volumes']
}

export type Supervisor = {
  /** Looks after the engine of an instance, if it is to run: adopts it, restarts it, reports its health. */
  watch(nodeId: NodeId): void
  /** Keeps its hands off the instance from when this resolves until `watch`. */
  release(nodeId: NodeId): Promise<void>
  readonly setHealth: SetHealth
  /** How the volumes of engines that should run were measured last. */
  volumeUses(): readonly VolumeUse[]
  /** How many incidents were reported since the start, of each cause. */
  incidents(): IncidentCounts
  /** Keeps its hands off everything. Engines run on. */
  stop(): Promise<void>
}

type Watch = { readonly ending: AbortController; readonly ended: Promise<void> }

export const createSupervisor = (deps: SupervisorDeps): Supervisor => {
  const { records, log } = deps
  const watches = new Map<NodeId, Watch>()
  const uses = new Map<NodeId, VolumeUse>()

  const incidents = new Map<IncidentCause, number>()
  const countIncident = (cause: IncidentCause): void => {
    incidents.set(cause, (incidents.get(cause) ?? 0) + 1)
  }
  const setHealth = createHealthReports({ ...deps, countIncident })

  const setUse = (nodeId: NodeId, use: VolumeUse): void => {
    uses.set(nodeId, use)
  }

  const release = async (nodeId: NodeId): Promise<void> => {
    const watch = watches.get(nodeId)
    if (!watch) return
    watches.delete(nodeId)
    watch.ending.abort()
    await watch.ended
  }

  return {
    watch: (nodeId) => {
      const record = records.get(nodeId)
      if (record?.desired !== 'running' || watches.has(nodeId)) return
      const ending = new AbortController()
      const ended = watchEngine({ ...deps, setHealth, setUse }, nodeId, ending.signal).catch((error: unknown) => {
        log.error({ nodeId, err: error }, 'looking after an engine ended unexpectedly')
      })
      watches.set(nodeId, { ending, ended })
    },
    release,
    setHealth,
    volumeUses: () => {
      for (const nodeId of uses.keys()) if (records.get(nodeId)?.desired !== 'running') uses.delete(nodeId)
      return [...uses.values()]
    },
    incidents: () => ({ ...noIncidents, ...Object.fromEntries(incidents) }),
    stop: async () => {
      await Promise.all([...watches.keys()].map(release))
    },
  }
}
