import type { Agent } from '../../agent/agent.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { isCut } from '../../commands/ports/stream-inspector.ts'
import { heartbeatsGroup, sagaGroup } from '../../commands/sagas/sagas.ts'
import { inboxGroup } from '../../domain/guest/topics.ts'
import type { HostId } from '../../domain/ids.ts'
import { usedShare } from '../../domain/values/volume-use.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { Timers } from '../../kernel/timers.ts'
import { backupAges, countBackups, storedBytes } from '../../projections/backup-counts.ts'
import { claimedShares, countEngines, countHosts, countInstances, countVolumes } from '../../projections/counts.ts'
import type { ProjectionEngine } from '../../projections/engine.ts'
import { createLagMeter, createStoredLag } from '../../projections/lag.ts'
import { neverWritten, type ViewStore } from '../../projections/ports/view-store.ts'
import { allViews } from '../../projections/registry.ts'
import type { OperationDocument } from '../../projections/views/operations.ts'
import { type Config, runs } from '../config.ts'
import type { FollowerReport, ReadFollowers } from '../followers.ts'
import type { Metrics, Readings } from '../metrics.ts'
import { hasSettings, type StreamWatch } from '../stream-watch.ts'
import type { ApiParts } from './api.ts'
import type { ControlPlane } from './control-plane.ts'
import type { CentralParts } from './parts.ts'
import type { Stores } from './stores-context.ts'
import { watchDeadLetters } from './watch-dead-letters.ts'

/** Defines what is measured when Prometheus asks. */
export const watchParts = (metrics: Metrics, central: CentralParts, config: Config): void => {
  const { kernel, stores, controlPlane, engine, viewStore, streamWatch } = central
  watchStreams(metrics, streamWatch)
  if (central.api) watchApi(metrics, central.api, stores.bus, kernel.clock)
  if (runs(config, 'saga')) watchSagas(metrics, stores, controlPlane, kernel.clock)
  const views = allViews.map(({ view }) => view)
  if (engine) {
    metrics.countFromZero(views)
    watchViews(metrics, engine.lag, viewStore)
    watchBackups(metrics, viewStore, kernel.clock)
  } else if (central.api) {
    watchViews(
      metrics,
      createStoredLag({ eventStore: stores.eventStore, viewStore, clock: kernel.clock }, views),
      viewStore,
    )
    watchBackups(metrics, viewStore, kernel.clock)
  }
}

/** Nothing is told before the first look. */
const watchStreams = (metrics: Metrics, { latest }: StreamWatch): void =>
  metrics.gauge(
    'coffer_touched_streams',
    'Streams that lack their first events (cut), or have settings of an operator (set); looked at once an hour',
    'condition',
    async (): Promise<Readings> => {
      const streams = latest()?.streams
      return streams ? { cut: streams.filter(isCut).length, set: streams.filter(hasSettings).length } : {}
    },
  )

const watchApi = (metrics: Metrics, { api, views }: ApiParts, { deadLetters }: MessageBus, clock: Clock): void => {
  watchDeadLetters(metrics, { deadLetters, views }, clock)
  metrics.gauge(
    'coffer_subscription_buffer_bytes',
    'Bytes that wait for subscribers, over SSE and WebSocket: in their connections, and read ahead of them',
    null,
    async () => api.waitingBytes(),
  )
}

const watchSagas = (metrics: Metrics, { bus }: Stores, { relay, sagas }: ControlPlane, clock: Clock): void => {
  const groups = [sagaGroup, heartbeatsGroup]
  const meter = createLagMeter<'relay'>(clock.elapsedMs)
  const relayLag = async () => {
    const { published, head } = await relay.lag()
    return meter.measure('relay', published, head)
  }
  metrics.gauge(
    'coffer_relay_lag_events',
    `What of the log is not on the bus yet, in ${positions}`,
    null,
    async () => (await relayLag()).positions,
  )
  metrics.gauge(
    'coffer_relay_lag_seconds',
    'How long the bus has been behind the log',
    null,
    async () => (await relayLag()).seconds,
  )
  watchDistrust(metrics, 'coffer_saga_untrusted_messages_total', sagas.distrust)
  metrics.gauge('coffer_operations_pending', 'Operations with a deadline ahead', null, async () =>
    sagas.pendingOperations(),
  )
  metrics.labelledGauge(
    'coffer_saga_lag_messages',
    'Messages the sagas have not handled yet',
    ['group', 'topic'],
    async () =>
      (
        await Promise.all(
          groups.map(async (group) =>
            (await bus.lag(group)).map(({ topic, messages }) => ({ labels: { group, topic }, value: messages })),
          ),
        )
      ).flat(),
  )
}

const watchDistrust = (metrics: Metrics, name: string, counts: () => Readonly<Record<string, number>>): void =>
  metrics.total(
    name,
    'Messages on the bus that were dropped since the start, as they are not signed as they must be',
    'reason',
    counts,
  )

/** Of this process. A follower that stands by, and what cannot be found out, is left out. */
export const watchFollowers = (metrics: Metrics, read: ReadFollowers): void => {
  const values = async (value: (follower: FollowerReport) => number | null): Promise<Readings> =>
    Object.fromEntries(
      (await read()).flatMap((follower) => {
        const reading = value(follower)
        return reading === null ? [] : [[follower.name, reading] as const]
      }),
    )
  metrics.gauge('coffer_follower_position', 'Up to where a follower of the log has handled it', 'follower', () =>
    values(({ position }) => position),
  )
  metrics.gauge(
    'coffer_follower_lag',
    'How far a follower is behind: positions of the log, messages of the bus',
    'follower',
    () => values(({ behind }) => behind),
  )
  metrics.gauge('coffer_follower_lag_seconds', 'How long a follower has been behind', 'follower', () =>
    values(({ behindSeconds }) => behindSeconds),
  )
  metrics.gauge('coffer_follower_failures', 'Attempts in a row that failed', 'follower', () =>
    values(({ failures }) => failures),
  )
}

const watchViews = (metrics: Metrics, lag: ProjectionEngine['lag'], viewStore: ViewStore): void => {
  const lags = async (what: 'positions' | 'seconds'): Promise<Readings> =>
    Object.fromEntries((await lag()).map((each) => [each.view, each[what]]))
  metrics.gauge('coffer_projection_lag_events', `How far a view is behind the log, in ${positions}`, 'view', () =>
    lags('positions'),
  )
  metrics.gauge('coffer_projection_lag_seconds', 'How long a view has been behind', 'view', () => lags('seconds'))
  metrics.gauge('coffer_instances', 'Instances by status', 'status', () => countInstances(viewStore))
  metrics.gauge('coffer_engines', 'Engines that should serve, by health', 'health', () => countEngines(viewStore))
  metrics.gauge('coffer_volumes', 'Volumes of instances by how full they are', 'stage', () => countVolumes(viewStore))
  metrics.gauge('coffer_hosts', 'Hosts by status', 'status', () => countHosts(viewStore))
  metrics.gauge('coffer_hosts_claimed_ratio', 'What is claimed of the hosts that are up', 'resource', () =>
    claimedShares(viewStore),
  )
}

/** What is walked for is looked at no more often. */
const backupsKeptMs = 60_000

const watchBackups = (metrics: Metrics, viewStore: ViewStore, clock: Clock): void => {
  metrics.gauge('coffer_backups', 'Backups by status', 'status', () => countBackups(viewStore))
  metrics.gauge(
    'coffer_backups_stored_bytes',
    'What the backups that are available take of the backup store',
    null,
    keptFor(backupsKeptMs, clock, () => storedBytes(viewStore)),
  )
  const ages = keptFor(backupsKeptMs, clock, () => backupAges(viewStore, clock.now()))
  metrics.gauge(
    'coffer_backup_overdue_seconds',
    'For how long the scheduled backup that has waited longest is due',
    null,
    async () => (await ages()).overdue,
  )
  metrics.gauge(
    'coffer_backup_age_seconds',
    'Of instances with a schedule of backups, the greatest age of the newest one: of those that are available, and of those that were restored',
    'kind',
    async () => {
      const { available, proven } = await ages()
      return { ...(available !== null && { available }), ...(proven !== null && { proven }) }
    },
  )
}

/** The same answer for a while. One that failed is asked for again. */
const keptFor = <T>(keptMs: number, { elapsedMs }: Clock, read: () => Promise<T>): (() => Promise<T>) => {
  let kept: { readonly at: number; readonly value: Promise<T> } | null = null
  return () => {
    if (kept && elapsedMs() - kept.at < keptMs) return kept.value
    const value = read()
    kept = { at: elapsedMs(), value }
    value.catch(() => {
      if (kept?.value === value) kept = null
    })
    return value
  }
}

/** An agent knows no more of the system than what waits for it. */
export const watchAgent = (metrics: Metrics, bus: MessageBus, agent: Agent, hostId: () => HostId | null): void => {
  metrics.gauge(
    'coffer_agent_lag_messages',
    'Commands that the agent of this host has not taken yet',
    null,
    async () => {
      const id = hostId()
      if (id === null) return {}
      return (await bus.lag(inboxGroup(id))).reduce((sum, { messages }) => sum + messages, 0)
    },
  )
  watchDistrust(metrics, 'coffer_agent_untrusted_messages_total', agent.dropped)
  const bytes = () => agent.volumeUses().map((use) => use.bytes)
  metrics.gauge('coffer_agent_volumes_used_bytes', 'What is taken of the volumes of this host', null, async () =>
    bytes().reduce((sum, { used }) => sum + used, 0),
  )
  metrics.gauge(
    'coffer_agent_volumes_size_bytes',
    'What instances can take of the volumes of this host',
    null,
    async () => bytes().reduce((sum, { used, available }) => sum + used + available, 0),
  )
  metrics.gauge(
    'coffer_agent_volume_fullest_ratio',
    'What is taken of the fullest volume of this host',
    null,
    async () => Math.max(0, ...bytes().map(usedShare)),
  )
  metrics.total(
    'coffer_agent_incidents_total',
    'What has cut the sessions of engines of this host since the start of its agent',
    'reason',
    () => agent.incidents(),
  )
  metrics.gauge(
    'coffer_agent_certificates_end_timestamp_seconds',
    'When the first certificate of this host ends, in seconds since 1970',
    null,
    async () => {
      const end = await agent.certificatesEnd()
      return end === null ? {} : end.getTime() / 1000
    },
  )
}

/** Positions are those of the store: a byte offset in KurrentDB. */
const positions = 'positions: events in the embedded log, bytes in KurrentDB'

const resubscribeDelayMs = 1000

/**
 * Counts operations as they end, until the signal aborts. Those that ended before are not of this server's time: neither what came before the
 * start, nor what is written anew where a store has lost its views.
 */
export const followOperations = (
  {
    viewStore,
    metrics,
    log,
    timers,
  }: {
    readonly viewStore: Pick<ViewStore, 'changes' | 'checkpoint' | 'waitFor'>
    readonly metrics: Pick<Metrics, 'operationEnded'>
    readonly log: Log
    readonly timers: Pick<Timers, 'sleep'>
  },
  signal: AbortSignal,
): void => {
  let counted = neverWritten
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        counted = Math.max(counted, await viewStore.checkpoint('operations'))
        await viewStore.waitFor('operations', counted, signal)
        for await (const { document, position } of viewStore.changes('operations', signal)) {
          counted = position
          // The view named here holds these documents alone.
          if (document) metrics.operationEnded(document as OperationDocument)
        }
      } catch (error) {
        if (signal.aborted) return
        log.debug({ err: error }, 'following operations again for the metrics')
      }
      await timers.sleep(resubscribeDelayMs, { signal, ref: false }).catch(() => {})
    }
  }
  void follow()
}
