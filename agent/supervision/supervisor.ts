import type { HostId, InstanceId } from '../../domain/ids.ts'
import type { Health } from '../../domain/values/instance-spec.ts'
import type { VolumeStage, VolumeUse } from '../../domain/values/volume-use.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import type { AgentConfig } from '../config.ts'
import type { InstanceRecords } from '../journal/instances.ts'
import type { Journal } from '../journal/journal.ts'
import type { Reporter } from '../reporter.ts'
import type { EngineControl } from './engine-control.ts'
import type { Incident } from './incidents.ts'
import { type WatchDeps, watchEngine } from './watch-engine.ts'

export type SupervisorDeps = {
  readonly hostId: HostId
  readonly config: AgentConfig
  readonly control: EngineControl
  readonly records: InstanceRecords
  readonly journal: Journal
  readonly reporter: Reporter
  readonly volumes: WatchDeps['volumes']
  readonly clock: WallClock
  readonly ids: IdSource
  readonly log: Log
}

export type Supervisor = {
  /** Looks after the engine of an instance, if it is to run: adopts it, restarts it, reports its health. */
  watch(instanceId: InstanceId): void
  /** Keeps its hands off the instance from when this resolves until `watch`. */
  release(instanceId: InstanceId): Promise<void>
  /** Reports how the engine is, and what else is known, if that is news. */
  setHealth(instanceId: InstanceId, health: Health, reason: string, known?: Known): void
  /** How the volumes of engines that should run were measured last. */
  volumeUses(): readonly VolumeUse[]
  /** Keeps its hands off everything. Engines run on. */
  stop(): Promise<void>
}

/** What is absent is as it was. `incident`: what has happened to the engine, shown for a while; null when that is over. */
export type Known = { readonly volumeStage?: VolumeStage; readonly incident?: Incident | null }

type Watch = { readonly ending: AbortController; readonly ended: Promise<void> }

export const createSupervisor = (deps: SupervisorDeps): Supervisor => {
  const { hostId, config, records, journal, reporter, clock, ids, log } = deps
  const watches = new Map<InstanceId, Watch>()
  const uses = new Map<InstanceId, VolumeUse>()

  const shownFromNow = ({ reason }: Incident) => ({
    reason,
    until: new Date(clock.now() + config.incidentShownMs).toISOString(),
  })

  const setHealth: Supervisor['setHealth'] = (instanceId, health, reason, known = {}) => {
    const record = records.get(instanceId)
    if (!record) return
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
      health,
      volumeStage,
      incident: incident?.reason ?? null,
      reason,
    } as const
    try {
      journal.report(hostId, report, () => records.update(instanceId, change))
    } catch (error) {
      // On a full disk: an engine must be looked after all the same. It stays news, and is told with the next look.
      log.error({ instanceId, health, volumeStage, err: error }, 'the health of an engine can not be written for now')
      return
    }
    log.info({ instanceId, health, volumeStage, reason }, 'the health of an engine changed')
    reporter.wake()
  }

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
    stop: async () => {
      await Promise.all([...watches.keys()].map(release))
    },
  }
}
