import { harmlessReasons } from '../../commands/sagas/distrust.ts'
import type { HostId } from '../../domain/ids.ts'
import { rebuildViews } from '../../projections/rebuild.ts'
import { allViews } from '../../projections/registry.ts'
import { verifyViews } from '../../projections/verify.ts'
import { checkBackups } from '../backup-check.ts'
import { type Config, runs } from '../config.ts'
import { findHostDifferences } from '../host-differences.ts'
import { createHttpServer, type HttpServer } from '../http.ts'
import { readLogHealth } from '../log-health.ts'
import { type ReadinessDeps, readReadiness } from '../readiness.ts'
import { createRoutes, type GraphqlRoutes } from '../routes.ts'
import { readStatus } from '../status.ts'
import { warningOf } from '../stream-watch.ts'
import { assertTopicsAreThere } from './assert-topics-are-there.ts'
import { watchFollowers } from './observe.ts'
import type { CentralParts, Parts } from './parts.ts'
import { readFollowersOf } from './read-followers.ts'

type ProcessState = Pick<ReadinessDeps, 'phase'> & {
  readonly stopping: AbortSignal
  /** Of the agent of this process, once it has started. */
  readonly hostId: () => HostId | null
}

/** What answers HTTP: probes and metrics in every role, the API where this process has it. */
export const createHttpSide = (parts: Parts, config: Config, { phase, stopping, hostId }: ProcessState): HttpServer => {
  const { kernel, metrics, central, agent } = parts
  const { log } = kernel
  const followers = readFollowersOf(central, config)
  if (central) watchFollowers(metrics, followers.all)
  const readiness: ReadinessDeps = {
    phase,
    agent,
    // Without it sagas hear of nothing, while an api takes commands all the same: they wait in the log.
    askBus:
      runs(config, 'saga') || runs(config, 'agent')
        ? () => assertTopicsAreThere(parts.bus, { isSaga: runs(config, 'saga'), hostId: hostId() })
        : null,
    eventStore: central?.stores.eventStore ?? null,
    engine: central?.engine ?? null,
    viewStore: central?.api || central?.engine ? central.viewStore : null,
    ...(central && {
      viewStoreWarning: central.viewStoreWarning,
      streamWarning: () => {
        const conditions = central.streamWatch.latest()
        return conditions && warningOf(conditions)
      },
    }),
    busWarning: () =>
      untrustedInWords(
        central && runs(config, 'saga') ? central.controlPlane.sagas.distrust() : {},
        agent?.dropped() ?? {},
      ),
    followers: followers.others,
    maxLagMs: config.maxLagMs,
    timers: kernel.timers,
  }
  const read = { readiness: () => readReadiness(readiness), followers: followers.all }
  const graphql =
    central &&
    graphqlRoutes(central, { isRunning: () => phase() === 'running', stopping, status: () => readStatus(read) })
  return createHttpServer({
    kernel,
    host: config.host,
    port: config.port,
    routes: createRoutes({ metrics, readiness: read.readiness, graphql }),
    ...(graphql && { upgrade: graphql.api.handleUpgrade }),
    onAnswered: metrics.http,
    onError: (error) => log.error({ err: error }, 'a request could not be answered'),
  })
}

const graphqlRoutes = (
  central: CentralParts,
  state: Pick<GraphqlRoutes, 'isRunning' | 'stopping' | 'status'>,
): GraphqlRoutes | null => {
  const { kernel, api, viewStore, stores, streamWatch, backups } = central
  if (api === null) return null
  const views = { eventStore: stores.eventStore, viewStore, projections: allViews, ...kernel }
  return {
    api: api.api,
    authenticate: api.authenticate,
    ...state,
    kernel,
    verifyViews: (signal, onProgress) => verifyViews({ ...views, onProgress }, signal),
    hostDifferences: (signal) => findHostDifferences(api.views, kernel.timers, signal),
    logHealth: (signal) => readLogHealth(stores.eventStore, streamWatch, signal),
    checkBackups: async (signal) => backups && checkBackups(backups, stores.eventStore, signal),
    rebuildViews: (signal, onProgress) => rebuildViews({ ...views, onProgress }, signal),
  }
}

type Counts = Readonly<Record<string, number>>

/** What the sagas and the agent of this process have dropped. */
const untrustedInWords = (bySagas: Counts, byAgent: Counts): string | null => {
  const told = [...Object.entries(bySagas), ...Object.entries(byAgent)].filter(
    ([reason, count]) => count > 0 && !harmlessReasons.has(reason),
  )
  if (told.length === 0) return null
  const sum = told.reduce((total, [, count]) => total + count, 0)
  return `${sum} on the bus cannot be trusted and were dropped since the start (${told.map(([reason, count]) => `${reason}: ${count}`).join(', ')}): see the runbook, "Messages that cannot be trusted"`
}
