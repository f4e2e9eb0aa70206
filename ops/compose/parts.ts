import type { Agent } from '../../agent/agent.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import type { Log } from '../../kernel/log.ts'
import type { Tracer } from '../../kernel/tracer.ts'
import { allProjections } from '../../projections/all-projections.ts'
import { createProjectionEngine, type ProjectionEngine } from '../../projections/engine.ts'
import type { ViewStore } from '../../projections/ports/view-store.ts'
import { type Config, isAgentAlone, isDistributed, runs } from '../config.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import { createTracing, type Tracing } from '../tracing/tracing.ts'
import { createLocalAgent } from './agent.ts'
import { type ApiParts, createApiParts } from './api.ts'
import { type ControlPlane, createControlPlane } from './control-plane.ts'
import { holdDataDir } from './hold-data-dir.ts'
import { type DecorateStores, openBus, openStores, type Stores, type StoresContext } from './stores.ts'
import { keepsViews, openReadSide, type ReadSide } from './view-store.ts'

/** All parts of a process, wired to each other and not yet running. What its roles do not need is null. */
export type Parts = {
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly bus: MessageBus
  readonly agent: Agent | null
  /** Null in a process that is an agent and nothing else: it knows no log and no views. */
  readonly central: CentralParts | null
  /** Closes all stores. Call it when nothing uses them any more. */
  readonly close: () => Promise<void>
}

/** What the roles `api`, `saga` and `projector` share. */
export type CentralParts = {
  readonly stores: Stores
  readonly viewStore: ViewStore
  readonly viewStoreWarning: ReadSide['warning']
  readonly controlPlane: ControlPlane
  /** Null where this process keeps no views. */
  readonly engine: ProjectionEngine | null
  readonly api: ApiParts | null
}

/** Throws `DataDirRefused`, `DatabaseRefused`, `ConnectionUrlRefused` and `ConfigError`, whose messages say what to do. */
export const createParts = (context: StoresContext, decorate: DecorateStores): Parts => {
  const { config, log } = context
  const metrics = createMetrics()
  const tracing = createTracing(config, log)
  const { tracer } = tracing
  // The embedded stores hold the directory for every role.
  const release = isDistributed(config) && runs(config, 'agent') ? holdDataDir(config.dataDir, ['agent']) : () => {}
  const { bus, central, close } = isAgentAlone(config)
    ? { ...openBus(context, decorate), central: null }
    : openCentral(context, { metrics, tracer }, decorate)
  return {
    metrics,
    tracing,
    bus,
    central,
    agent: runs(config, 'agent') ? createLocalAgent({ bus, log, tracer }, config) : null,
    close: async () => {
      await close()
      release()
    },
  }
}

/** What is told of what happens, beside the log. */
export type Telemetry = { readonly metrics: Metrics; readonly tracer: Tracer }

type Opened = Pick<Parts, 'bus' | 'close'> & { readonly central: CentralParts }

const openCentral = (context: StoresContext, telemetry: Telemetry, decorate: DecorateStores): Opened => {
  const { config, log } = context
  const stores = openStores(context, telemetry, decorate)
  const { viewStore, createLimiter, warning, close } = openReadSide(config, log)
  const controlPlane = createControlPlane({ stores, log, tracer: telemetry.tracer }, config)
  const api = runs(config, 'api')
    ? createApiParts(
        { eventStore: stores.eventStore, viewStore, createLimiter, controlPlane, bus: stores.bus, log, ...telemetry },
        config,
      )
    : null
  return {
    bus: stores.bus,
    central: {
      stores,
      viewStore,
      viewStoreWarning: warning,
      controlPlane,
      engine: createEngine({ stores, viewStore, log, ...telemetry }, config),
      api,
    },
    close: async () => {
      await close()
      await stores.close()
    },
  }
}

const createEngine = (
  deps: Telemetry & { readonly stores: Stores; readonly viewStore: ViewStore; readonly log: Log },
  config: Config,
): ProjectionEngine | null => {
  if (!keepsViews(config)) return null
  const { stores, viewStore, metrics, tracer, log } = deps
  return createProjectionEngine({
    eventStore: stores.eventStore,
    viewStore,
    projections: allProjections,
    log,
    metrics: metrics.projections,
    tracer,
  })
}
