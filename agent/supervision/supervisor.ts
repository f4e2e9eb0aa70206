import type { HostId, InstanceId } from '../../domain/ids.ts'
import type { Health } from '../../domain/values/instance-spec.ts'
import { type Clock, type IdSource, isoNow } from '../clock.ts'
import type { AgentConfig } from '../config.ts'
import type { InstanceRecords } from '../journal/instances.ts'
import type { Journal } from '../journal/journal.ts'
import type { AgentLog } from '../log.ts'
import type { Reporter } from '../reporter.ts'
import type { EngineControl } from './engine-control.ts'
import { type WatchDeps, watchEngine } from './watch-engine.ts'

export type SupervisorDeps = {
  readonly hostId: HostId
  readonly config: AgentConfig
  readonly control: EngineControl
  readonly records: InstanceRecords
  readonly journal: Journal
  readonly reporter: Reporter
  readonly volumes: WatchDeps['volumes']
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: AgentLog
}

export type Supervisor = {
  /** Looks after the engine of an instance, if it is to run: adopts it, restarts it, reports its health. */
  watch(instanceId: InstanceId): void
  /** Keeps its hands off the instance from when this resolves until `watch`. */
  release(instanceId: InstanceId): Promise<void>
  /** Reports how the engine is, if that is news. */
  setHealth(instanceId: InstanceId, health: Health, reason: string): void
  /** Keeps its hands off everything. Engines run on. */
  stop(): Promise<void>
}

type Watch = { readonly ending: AbortController; readonly ended: Promise<void> }

export const createSupervisor = (deps: SupervisorDeps): Supervisor => {
  const { hostId, records, journal, reporter, clock, ids, log } = deps
  const watches = new Map<InstanceId, Watch>()

  const setHealth = (instanceId: InstanceId, health: Health, reason: string): void => {
    const record = records.get(instanceId)
    if (!record || record.health === health) return
    const report = {
      type: 'health',
      reportId: ids.next(),
      at: isoNow(clock),
      hostId,
      instanceId,
      health,
      reason,
    } as const
    try {
      journal.report(hostId, report, () => records.update(instanceId, { health }))
    } catch (error) {
      // On a full disk: an engine must be looked after all the same. It stays news, and is told with the next look.
      log.error({ instanceId, health, err: error }, 'the health of an engine can not be written for now')
      return
    }
    log.info({ instanceId, health, reason }, 'the health of an engine changed')
    reporter.wake()
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
      const ended = watchEngine({ ...deps, setHealth }, instanceId, ending.signal).catch((error: unknown) => {
        log.error({ instanceId, err: error }, 'looking after an engine ended unexpectedly')
      })
      watches.set(instanceId, { ending, ended })
    },
    release,
    setHealth,
    stop: async () => {
      await Promise.all([...watches.keys()].map(release))
    },
  }
}
