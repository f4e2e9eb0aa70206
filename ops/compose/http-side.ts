import type { Log } from '../../commands/log.ts'
import { allProjections } from '../../projections/all-projections.ts'
import { rebuildViews } from '../../projections/rebuild.ts'
import { verifyViews } from '../../projections/verify.ts'
import type { Config } from '../config.ts'
import { createHttpServer, type HttpServer } from '../http.ts'
import { type ReadinessDeps, readReadiness } from '../readiness.ts'
import { createRoutes, type GraphqlRoutes } from '../routes.ts'
import type { CentralParts, Parts } from './parts.ts'

/** What answers HTTP: probes and metrics in every role, the API where this process has it. */
export const createHttpSide = (parts: Parts, config: Config, phase: ReadinessDeps['phase'], log: Log): HttpServer => {
  const { metrics, central, agent } = parts
  const readiness: ReadinessDeps = {
    phase,
    agent,
    eventStore: central?.stores.eventStore ?? null,
    // Kept by this process, its views say more of themselves than the store does.
    engine: central?.engine ?? null,
    viewStore: central?.api ? central.viewStore : null,
    maxLagMs: config.maxLagMs,
  }
  const graphql = central && graphqlRoutes(central, () => phase() === 'running', log)
  return createHttpServer({
    host: config.host,
    port: config.port,
    routes: createRoutes({ metrics, readiness: () => readReadiness(readiness), graphql }),
    ...(graphql && { upgrade: graphql.api.handleUpgrade }),
    onAnswered: metrics.http,
    onError: (error) => log.error({ err: error }, 'a request could not be answered'),
  })
}

const graphqlRoutes = (central: CentralParts, isRunning: () => boolean, log: Log): GraphqlRoutes | null => {
  const { api, viewStore, stores } = central
  if (api === null) return null
  const views = { eventStore: stores.eventStore, viewStore, projections: allProjections, log }
  return {
    api: api.api,
    authenticate: api.authenticate,
    isRunning,
    verifyViews: (signal) => verifyViews(views, signal),
    rebuildViews: (signal) => rebuildViews(views, signal),
  }
}
