import type { Agent } from '../../agent/agent.ts'
import type { BackupStore } from '../../commands/ports/backup-store.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import type { MasterKey } from '../../commands/secrets/master-key.ts'
import { type Kernel, systemKernel } from '../../kernel/kernel.ts'
import { createProjectionEngine, type ProjectionEngine } from '../../projections/engine.ts'
import type { ViewStore } from '../../projections/ports/view-store.ts'
import { allViews } from '../../projections/registry.ts'
import { type Config, ConfigError, isAgentAlone, isDistributed, runs } from '../config.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import { createStreamWatch, type StreamWatch } from '../stream-watch.ts'
import { createTracing, type Tracing } from '../tracing/tracing.ts'
import { createLocalAgent } from './agent.ts'
import { type ApiParts, createApiParts } from './api.ts'
import { openBackupStore } from './backup-store.ts'
import { type ControlPlane, createControlPlane } from './control-plane.ts'
import { holdDataDir } from './hold-data-dir.ts'
import { readMasterKey } from './secrets.ts'
import { type DecorateStores, openBus, openStores } from './stores.ts'
import type { Stores, StoresContext } from './stores-context.ts'
import { keepsViews, openReadSide, type ReadSide } from './view-store.ts'

/** All parts of a process, wired to each other and not yet running. What its roles do not need is null. */
export type Parts = {
  readonly kernel: Kernel
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
  readonly kernel: Kernel
  readonly stores: Stores
  readonly viewStore: ViewStore
  readonly viewStoreWarning: ReadSide['warning']
  readonly controlPlane: ControlPlane
  readonly streamWatch: StreamWatch
  /** Null where no backups are kept. */
  readonly backups: BackupStore | null
  /** Null where this process keeps no views. */
  readonly engine: ProjectionEngine | null
  readonly api: ApiParts | null
}

/** Throws `DataDirRefused`, `DatabaseRefused`, `ConnectionUrlRefused` and `ConfigError`, whose messages say what to do. */
export const createParts = (context: StoresContext, decorate: DecorateStores): Parts => {
  const { config, log } = context
  const untraced = systemKernel(log)
  const tracing = createTracing(config, untraced)
  const kernel = { ...untraced, tracer: tracing.tracer }
  const metrics = createMetrics(kernel.timers)
  // The embedded stores hold the directory for every role.
  const release = isDistributed(config) && runs(config, 'agent') ? holdDataDir(config.dataDir, ['agent']) : () => {}
  const backups = openBackupStore(config, kernel)
  const { bus, central, masterKey, close } = isAgentAlone(config)
    ? { ...openBus(context, decorate), central: null, masterKey: readMasterKey(config) }
    : openCentral(context, { metrics, kernel, backups }, decorate)
  return {
    kernel,
    metrics,
    tracing,
    bus,
    central,
    agent: runs(config, 'agent') ? createLocalAgent({ bus, backups, kernel, masterKey }, config) : null,
    close: async () => {
      await close()
      await backups?.close()
      release()
    },
  }
}

/** What every part of a process is given. */
type Common = { readonly metrics: Metrics; readonly kernel: Kernel; readonly backups: BackupStore | null }

type Opened = Pick<Parts, 'bus' | 'close'> & { readonly central: CentralParts; readonly masterKey: MasterKey | null }

const openCentral = (context: StoresContext, common: Common, decorate: DecorateStores): Opened => {
  const { config } = context
  const stores = openStores(context, { metrics: common.metrics, tracer: common.kernel.tracer }, decorate)
  const { viewStore, createLimiter, warning, close } = openReadSide(config, common.kernel)
  // In a directory that this process holds.
  const masterKey = readMasterKey(config)
  const controlPlane = createControlPlane({ ...common, stores, masterKey }, config)
  const { eventStore, bus } = stores
  const apiDeps = { ...common, eventStore, viewStore, createLimiter, controlPlane, bus }
  return {
    bus,
    masterKey,
    central: {
      kernel: common.kernel,
      stores,
      viewStore,
      viewStoreWarning: warning,
      controlPlane,
      backups: common.backups,
      streamWatch: createStreamWatch({
        ...common.kernel,
        inspector: stores.inspector,
        claims: controlPlane.directory.claims,
      }),
      engine: createEngine({ ...common, stores, viewStore }, config),
      api: runs(config, 'api') ? createApiParts({ ...apiDeps, masterKey: given(masterKey) }, config) : null,
    },
    close: async () => {
      await close()
      await stores.close()
    },
  }
}

/** The check of the configuration asks an API for it. */
const given = (masterKey: MasterKey | null): MasterKey => {
  if (masterKey === null) throw new ConfigError(['an API needs COFFER_MASTER_KEY'])
  return masterKey
}

const createEngine = (
  deps: Common & { readonly stores: Stores; readonly viewStore: ViewStore },
  config: Config,
): ProjectionEngine | null => {
  if (!keepsViews(config)) return null
  const { stores, viewStore, metrics, kernel } = deps
  return createProjectionEngine({
    ...kernel,
    eventStore: stores.eventStore,
    viewStore,
    projections: allViews,
    metrics: metrics.projections,
  })
}
