import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Dispatch } from '../commands/api.ts'
import type { EventStore } from '../commands/ports/event-store.ts'
import { operationKinds } from '../domain/instance/operation-kinds.ts'
import { outcomes } from '../domain/operation/events.ts'
import type { ApiMetrics } from '../graphql/telemetry.ts'
import type { Timers } from '../kernel/timers.ts'
import { within } from '../kernel/within.ts'
import type { ViewName } from '../projections/registry.ts'
import type { ProjectionMetrics } from '../projections/telemetry.ts'
import type { OperationDocument } from '../projections/views/operations.ts'

export type Metrics = {
  readonly registry: Registry
  readonly http: (answered: { method: string; route: string; status: number; seconds: number }) => void
  readonly api: ApiMetrics
  readonly projections: ProjectionMetrics
  /** The same dispatch, counted. */
  readonly countDispatch: (dispatch: Dispatch) => Dispatch
  /** The same store, with the time of its appends taken. */
  readonly timeAppends: (store: EventStore) => EventStore
  readonly operationEnded: (operation: OperationDocument) => void
  /**
   * For a process that keeps views. A series that comes into being with its first event has not increased, as Prometheus sees it: those that
   * alerts watch are there from the start.
   */
  readonly countFromZero: (views: readonly ViewName[]) => void
  /** The same as `gauge`, for several labels. */
  readonly labelledGauge: (
    name: string,
    help: string,
    labels: readonly string[],
    read: () => Promise<readonly LabelledReading[]>,
  ) => void
  /** As `gauge`, for what only ever grows while the process runs. */
  readonly total: (name: string, help: string, label: string, read: () => Readonly<Record<string, number>>) => void
  /** A number that is found out when it is asked for. Labelled by `label` when it answers several. */
  readonly gauge: (name: string, help: string, label: string | null, read: () => Promise<Readings>) => void
}
export type Readings = number | Readonly<Record<string, number>>
/** One of several, where one label does not tell them apart. */
export type LabelledReading = { readonly labels: Readonly<Record<string, string>>; readonly value: number }

const fast = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const long = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

/** Everything Prometheus can be told, in a registry of this server's own. No label holds a project, an instance or a name. */
export const createMetrics = (timers: Pick<Timers, 'after'>): Metrics => {
  const tryRead = createTryRead(timers)
  const registry = new Registry()
  const registers = [registry]
  // Each look at the event loop wakes the process: 100 a second, the default, are half of what an idle server costs.
  collectDefaultMetrics({ register: registry, prefix: 'coffer_', eventLoopMonitoringPrecision: 250 })
  // Sums of other gauges whose names are a counter's: `promtool check metrics` refuses them (prom-client 15).
  for (const what of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`coffer_nodejs_active_${what}_total`)
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> => new Counter({ name, help, labelNames: [...labelNames], registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ): Histogram<Label> => new Histogram({ name, help, labelNames: [...labelNames], buckets, registers })

  const http = histogram('coffer_http_request_seconds', 'HTTP requests', ['method', 'route', 'status'], fast)
  const answered = histogram('coffer_graphql_seconds', 'GraphQL operations by outcome', ['operation', 'outcome'], fast)
  const subscriptions = new Gauge({ name: 'coffer_graphql_subscriptions', help: 'Subscriptions open now', registers })
  const dispatched = histogram(
    'coffer_dispatch_seconds',
    'Commands by what became of them',
    ['command', 'outcome'],
    fast,
  )
  const appends = histogram('coffer_append_seconds', 'Appends to the event store', ['outcome'], fast)
  const applied = counter('coffer_projection_events_total', 'Events applied to views', ['view'])
  const applying = histogram('coffer_projection_batch_seconds', 'Batches applied to views', ['view'], fast)
  const stale = counter('coffer_projection_stale_batches_total', 'Batches another projector had applied', ['view'])
  const skipped = counter('coffer_unreadable_events_total', 'Events that cannot be read, each once since the start', [
    'reason',
  ])
  const failed = counter('coffer_projection_failures_total', 'Events a projection threw on', ['view'])
  const dropped = counter('coffer_projection_drops_total', 'Subscriptions to the log that were lost')
  const operations = histogram('coffer_operation_seconds', 'Operations, from request to end', ['kind', 'outcome'], long)
  const steps = histogram('coffer_operation_step_seconds', 'Steps of operations', ['kind', 'step', 'outcome'], long)

  return {
    registry,
    http: ({ method, route, status, seconds }) => http.observe({ method, route, status }, seconds),
    api: {
      answered: (operation, outcome, seconds) => answered.observe({ operation, outcome }, seconds),
      openSubscriptions: (count) => subscriptions.set(count),
    },
    projections: {
      applied: (view, { events, seconds }) => {
        applied.inc({ view }, events)
        applying.observe({ view }, seconds)
      },
      stale: (view) => stale.inc({ view }),
      skipped: (reason) => skipped.inc({ reason }),
      failed: (view) => failed.inc({ view }),
      dropped: () => dropped.inc(),
    },
    countDispatch: (dispatch) => async (request) => {
      const end = dispatched.startTimer({ command: request.command.type })
      try {
        const answer = await dispatch(request)
        end({ outcome: answer.accepted ? (answer.replayed ? 'REPLAYED' : 'ACCEPTED') : answer.rejection.code })
        return answer
      } catch (error) {
        end({ outcome: 'ERROR' })
        throw error
      }
    },
    timeAppends: (store) => ({
      ...store,
      append: async (stream, events, expected) => {
        const end = appends.startTimer()
        try {
          const result = await store.append(stream, events, expected)
          end({ outcome: 'OK' })
          return result
        } catch (error) {
          end({ outcome: codeOf(error) })
          throw error
        }
      },
    }),
    operationEnded: ({ kind, status, createdAt, endedAt, steps: done }) => {
      if (endedAt === null) return
      operations.observe({ kind, outcome: status }, secondsBetween(createdAt, endedAt))
      for (const step of done) {
        if (step.startedAt === null || step.endedAt === null) continue
        steps.observe({ kind, step: step.name, outcome: step.status }, secondsBetween(step.startedAt, step.endedAt))
      }
    },
    countFromZero: (views) => {
      for (const view of views) failed.inc({ view }, 0)
      for (const kind of operationKinds) for (const outcome of outcomes) operations.zero({ kind, outcome })
    },
    labelledGauge: (name, help, labels, read) => {
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers,
        async collect() {
          const readings = (await tryRead(read)) ?? []
          this.reset()
          for (const { labels: own, value } of readings) this.set(own, value)
        },
      })
    },
    total: (name, help, label, read) => {
      new Counter({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          this.reset()
          for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count)
        },
      })
    },
    gauge: (name, help, label, read) => {
      new Gauge({
        name,
        help,
        labelNames: label === null ? [] : [label],
        registers,
        async collect() {
          const readings = await tryRead(read)
          this.reset()
          // Without labels, to reset is to say that it is 0 (prom-client 15).
          if (label === null) this.remove()
          if (typeof readings === 'number') this.set(readings)
          else if (readings && label)
            for (const [value, reading] of Object.entries(readings)) this.set({ [label]: value }, reading)
        },
      })
    },
  }
}

/** Prometheus by itself gives up after ten seconds, and then knows nothing of the process at all. */
const readPatienceMs = 3000

/** What cannot be found out now is left out of the answer, instead of spoiling all of it. */
const createTryRead =
  (timers: Pick<Timers, 'after'>) =>
  <T>(read: () => Promise<T>): Promise<T | null> =>
    within(timers, readPatienceMs, read).catch(() => null)

const secondsBetween = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? 'ERROR')
