import type { HostId, InstanceId } from '../../domain/ids.ts'
import type { VolumeUse } from '../../domain/values/volume-use.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AgentConfig } from '../config.ts'
import type { InstanceRecords } from '../journal/instances.ts'
import type { Journal } from '../journal/journal.ts'
import type { Reporter } from '../reporter.ts'
import type { EngineControl } from './engine-control.ts'
import { type IncidentCause, type IncidentCounts, noIncidents } from './incidents.ts'
import { createHealthReports, type SetHealth } from './report-health.ts'
import { type WatchDeps, watchEngine } from './watch-engine.ts'

export type SupervisorDeps = Pick<Kernel, 'clock' | 'timers' | 'ids' | 'log'> & {
  readonly hostId: HostId
  readonly config: AgentConfig
  readonly control: EngineControl
  readonly records: InstanceRecords
  readonly journal: Journal
  readonly reporter: Reporter
  readonly volumes: WatchDeps['volumes']
}

export type Supervisor = {
  /** Looks after the engine of an instance, if it is to run: adopts it, restarts it, reports its health. */
  watch(instanceId: InstanceId): void
  /** Keeps its hands off the instance from when this resolves until `watch`. */
  release(instanceId: InstanceId): Promise<void>
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
  const watches = new Map<InstanceId, Watch>()
  const uses = new Map<InstanceId, VolumeUse>()

  const incidents = new Map<IncidentCause, number>()
  const countIncident = (cause: IncidentCause): void => {
    incidents.set(cause, (incidents.get(cause) ?? 0) + 1)
  }
  const setHealth = createHealthReports({ ...deps, countIncident })

  const setUse = (instanceId: InstanceId, use: VolumeUse): void => {
    uses.set(instanceId, use)
  }

  const release = async (instanceId: InstanceId): Promise<void> => {
    const watch = watches.get(instanceId)
    if (!watch) return
    watches.delete(instanceId)
    watch.ending.abort()
    await watch.ended
  }

  return {
    watch: (instanceId) => {
      const record = records.get(instanceId)
      if (record?.desired !== 'running' || watches.has(instanceId)) return
      const ending = new AbortController()
      const ended = watchEngine({ ...deps, setHealth, setUse }, instanceId, ending.signal).catch((error: unknown) => {
        log.error({ instanceId, err: error }, 'looking after an engine ended unexpectedly')
      })
      watches.set(instanceId, { ending, ended })
    },
    release,
    setHealth,
    volumeUses: () => {
      for (const instanceId of uses.keys()) if (records.get(instanceId)?.desired !== 'running') uses.delete(instanceId)
      return [...uses.values()]
    },
    incidents: () => ({ ...noIncidents, ...Object.fromEntries(incidents) }),
    stop: async () => {
      await Promise.all([...watches.keys()].map(release))
    },
  }
}
