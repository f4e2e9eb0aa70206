import type { Log } from '../../commands/log.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { sagaGroup } from '../../commands/sagas/sagas.ts'
import { allProjections } from '../../projections/all-projections.ts'
import { rebuildViews } from '../../projections/rebuild.ts'
import { verifyViews } from '../../projections/verify.ts'
import { type Config, runs } from '../config.ts'
import { findHostDifferences } from '../host-differences.ts'
import { createHttpServer, type HttpServer } from '../http.ts'
import { findLogGaps } from '../log-gaps.ts'
import { type ReadinessDeps, readReadiness } from '../readiness.ts'
import { createRoutes, type GraphqlRoutes } from '../routes.ts'
import { readStatus } from '../status.ts'
import { watchFollowers } from './observe.ts'
import type { CentralParts, Parts } from './parts.ts'
import { readFollowersOf } from './read-followers.ts'

/** What answers HTTP: probes and metrics in every role, the API where this process has it. */
export const createHttpSide = (
  parts: Parts,
  config: Config,
  { phase, stopping }: { readonly phase: ReadinessDeps['phase']; readonly stopping: AbortSignal },
  log: Log,
): HttpServer => {
  const { metrics, central, agent } = parts
  const followers = readFollowersOf(central, config)
  if (central) watchFollowers(metrics, followers.all)
  const readiness: ReadinessDeps = {
    phase,
    agent,
    // Without it sagas hear of nothing, while an api takes commands all the same: they wait in the log.
    askBus: central && runs(config, 'saga') ? () => assertKnown(central.stores.bus) : null,
    eventStore: central?.stores.eventStore ?? null,
    engine: central?.engine ?? null,
    viewStore: central?.api || central?.engine ? central.viewStore : null,
    ...(central && { viewStoreWarning: central.viewStoreWarning }),
    followers: followers.others,
    maxLagMs: config.maxLagMs,
  }
  const read = { readiness: () => readReadiness(readiness), followers: followers.all }
  const graphql =
    central &&
    graphqlRoutes(central, { isRunning: () => phase() === 'running', stopping, status: () => readStatus(read) }, log)
  return createHttpServer({
    host: config.host,
    port: config.port,
    routes: createRoutes({ metrics, readiness: read.readiness, graphql }),
    ...(graphql && { upgrade: graphql.api.handleUpgrade }),
    onAnswered: metrics.http,
    onError: (error) => log.error({ err: error }, 'a request could not be answered'),
  })
}

/** A bus that was lost with all its topics, and is there again without them, answers well and brings nothing until they are made again. */
const assertKnown = async (bus: MessageBus): Promise<void> => {
  const topics = await bus.lag(sagaGroup)
  if (topics.length === 0)
    throw new Error('the bus knows nothing of the sagas: its topics were lost and are not made again yet')
}

const graphqlRoutes = (
  central: CentralParts,
  state: Pick<GraphqlRoutes, 'isRunning' | 'stopping' | 'status'>,
  log: Log,
): GraphqlRoutes | null => {
  const { api, viewStore, stores } = central
  if (api === null) return null
  const views = { eventStore: stores.eventStore, viewStore, projections: allProjections, log }
  return {
    api: api.api,
    authenticate: api.authenticate,
    ...state,
    verifyViews: (signal, onProgress) => verifyViews({ ...views, onProgress }, signal),
    hostDifferences: (signal) => findHostDifferences(api.views, signal),
    logGaps: (signal) => findLogGaps(stores.eventStore, signal),
    rebuildViews: (signal, onProgress) => rebuildViews({ ...views, onProgress }, signal),
  }
}
