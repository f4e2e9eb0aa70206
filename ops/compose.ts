import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { offersOf } from '../commands/awaited-offers.ts'
import type { HostId } from '../domain/ids.ts'
import type { Log } from '../kernel/log.ts'
import { unlessAborted } from '../kernel/within.ts'
import { checkStores } from './compose/check-stores.ts'
import { seedFlavors } from './compose/default-flavors.ts'
import { createHttpSide } from './compose/http-side.ts'
import { followOperations, watchAgent, watchParts } from './compose/observe.ts'
import { type CentralParts, createParts, type Parts } from './compose/parts.ts'
import type { DecorateStores } from './compose/stores.ts'
import { urlFile } from './config/shared-files.ts'
import { type Config, isDistributed, runs } from './config.ts'
import { type StopStage, stopInOrder } from './lifecycle.ts'
import type { Phase } from './readiness.ts'
import { releaseMemory } from './release-memory.ts'

/** `adminTokenFile`: null where the token is configured, or there is no API. */
export type Started = { readonly url: string; readonly adminTokenFile: string | null }

/** A server, or some roles of one, in this process. */
export type Server = {
  /**
   * Starts everything in the order in which one needs the other. When something cannot be started, what was is stopped again and the
   * reason is thrown: as `listen` of Node throws, or what the agent throws.
   */
  readonly start: (signal: AbortSignal) => Promise<Started>
  /** Stops everything in order, within the configured time. A second call waits for the same stop. */
  readonly stop: () => Promise<void>
  /** Resolves when a store has given up for good: the process should be stopped and started anew. */
  readonly failed: Promise<Error>
  readonly parts: Parts
}

/** How long the log may take to be read to its end, and a host to be made ready, at the start. */
const startTimeoutMs = 600_000

/** What stands further left is stopped earlier: nothing is taken away from what still uses it. */
const stopOrder = [
  'api',
  'http',
  'sagas',
  'relay',
  'views',
  'agent',
  'directory',
  'streams',
  'traces',
  'stores',
] as const
type Stage = (typeof stopOrder)[number]

/**
 * The composition root: everything the program consists of, made of one configuration. Throws what `createParts` throws, with messages that
 * say what to do. `decorate` is for tests.
 */
export const compose = (config: Config, log: Log, decorate: DecorateStores = {}): Server => {
  let phase: Phase = 'starting'
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()
  const onFatal = (error: Error): void => {
    if (phase !== 'stopping') phase = 'failed'
    fail(error)
  }
  const parts = createParts({ config, log, onFatal }, decorate)
  const { metrics, tracing, central, agent, kernel } = parts
  const stopped = new AbortController()
  let hostId: HostId | null = null
  const state = { phase: () => phase, stopping: stopped.signal, hostId: () => hostId }
  const http = createHttpSide(parts, config, state)
  if (central) watchParts(metrics, central, config)
  if (agent) watchAgent(metrics, parts.bus, agent, () => hostId)

  const stops: Readonly<Record<Stage, StopStage['stop']>> = {
    api: async () => central?.api?.api.close(),
    http: http.close,
    sagas: async (signal) => central?.controlPlane.sagas.stop(signal),
    relay: async () => central?.controlPlane.relay.stop(),
    views: async () => central?.engine?.stop(),
    agent: async () => agent?.stop({ engines: enginesOnStop(config) }),
    directory: async () => {
      await central?.api?.keptCreates.stop()
      await central?.controlPlane.directory.stop()
    },
    streams: async () => central?.streamWatch.stop(),
    traces: tracing.stop,
    stores: parts.close,
  }
  const started = new Set<Stage>(['stores'])

  const startCentral = async (
    { controlPlane, engine, viewStore, streamWatch }: CentralParts,
    signal: AbortSignal,
  ): Promise<void> => {
    const { directory, relay, sagas } = controlPlane
    if (runs(config, 'api') || runs(config, 'saga')) {
      directory.start()
      started.add('directory')
      await directory.ready(signal)
    }
    if (engine) {
      engine.start()
      started.add('views')
      await unlessAborted(engine.caughtUp(signal), signal)
      releaseMemory()
      followOperations({ viewStore, metrics, ...kernel }, stopped.signal)
    }
    signal.throwIfAborted()
    if (runs(config, 'saga')) {
      started.add('relay').add('sagas')
      relay.start()
      await unlessAborted(sagas.start(), signal)
    }
    started.add('streams')
    streamWatch.start()
  }

  /** What cannot be broken off is left to `stop`. */
  const startAll = async (signal: AbortSignal): Promise<Started> => {
    // First of all, so that a port which is taken keeps everything else from beginning, and probes are answered from the start.
    const port = await http.listen()
    started.add('http')
    await tracing.start()
    started.add('traces')
    // Before the rest: databases wait for no store.
    if (agent) {
      started.add('agent')
      hostId = (await agent.start(signal)).hostId
    }
    if (central) {
      await unlessAborted(checkStores(central, config), signal)
      await startCentral(central, signal)
      // An agent alone runs without the bus, too; a server that says it is ready can make databases.
      if (agent) await unlessAborted(agent.connected(), signal)
      // What follows from its registration is done by the sagas of this process; without those, nobody knows when.
      if (hostId && runs(config, 'saga'))
        await offersOf({ ...central.kernel, directory: central.controlPlane.directory }, hostId, signal)
    }
    const url = urlOf(config.host, port)
    if (central?.api) {
      started.add('api')
      await seedFlavors({ directory: central.controlPlane.directory, dispatch: central.api.dispatch }, signal)
      // For clients beside the token that stands there.
      if (!isDistributed(config)) writeFileSync(join(config.dataDir, urlFile), `${url}\n`, { mode: 0o600 })
    }
    if (phase === 'starting') phase = 'running'
    return { url, adminTokenFile: central?.api?.adminTokenFile ?? null }
  }

  let stopping: Promise<void> | null = null
  const stop = (): Promise<void> => {
    phase = 'stopping'
    stopped.abort(new Error('the server is stopping'))
    const stages = stopOrder.filter((stage) => started.has(stage)).map((name) => ({ name, stop: stops[name] }))
    stopping ??= stopInOrder(stages, config.stopTimeoutMs, kernel)
    return stopping
  }

  return {
    parts,
    failed,
    stop,
    start: async (signal) => {
      try {
        return await startAll(AbortSignal.any([signal, kernel.timers.timeout(startTimeoutMs)]))
      } catch (error) {
        await stop()
        throw error
      }
    },
  }
}

/** An agent alone leaves its databases running, for its next life to adopt; a whole server takes them with it. */
const enginesOnStop = (config: Config): 'keep' | 'stop' => {
  if (config.enginesOnStop !== 'auto') return config.enginesOnStop
  return runs(config, 'api') ? 'stop' : 'keep'
}

/** An address that a client on this machine can use. */
const urlOf = (host: string, port: number): string => {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
