import type { Dispatch } from '../../commands/api.ts'
import { createDirectory } from '../../commands/directory.ts'
import { createDispatch } from '../../commands/dispatch/dispatch.ts'
import { createHandler } from '../../commands/handle.ts'
import type { Checkpoint, CheckpointStore } from '../../commands/ports/checkpoint-store.ts'
import { EventStoreUnavailable } from '../../commands/ports/event-store.ts'
import { createRelay } from '../../commands/sagas/relay.ts'
import { createSagas } from '../../commands/sagas/sagas.ts'
import { createControlChannel } from '../../commands/secrets/control-channel.ts'
import type { NodeId } from '../../domain/ids.ts'
import { createIdSource } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { systemTimers } from '../../kernel/timers.ts'
import { createMemoryViewStore } from '../../projections/adapters/memory/view-store.ts'
import { createProjectionEngine } from '../../projections/engine.ts'
import { type ViewStore, ViewStoreUnavailable } from '../../projections/ports/view-store.ts'
import { createViews } from '../../projections/queries.ts'
import { allViews } from '../../projections/registry.ts'
import { settings } from '../support/control-plane.ts'
import { quietKernel } from '../support/quiet-kernel.ts'
import { testMasterKey } from '../support/write-side.ts'
import { createSimulatedBus } from './bus.ts'
import { createSimulatedLog } from './event-log.ts'
import { createSimulatedHost, type PlantedFault } from './host.ts'
import { createNetwork } from './network.ts'
import type { Random } from './random.ts'
import { createKnownSignatures } from './signatures.ts'
import type { Life, VirtualTime } from './virtual-time.ts'

const longestRestartMs = 20_000
const nothing = async () => []

/** The servers, the hosts, and the processes of a system, all in this process. What the lives of processes share outlives them. */
export const createWorld = ({
  time,
  random,
  tell,
  planted,
}: {
  readonly time: VirtualTime
  readonly random: Random
  readonly tell: (line: string) => void
  readonly planted?: PlantedFault | undefined
}) => {
  const clock = { now: time.now, elapsedMs: time.now }
  const ids = createIdSource(clock, random)
  const say =
    (level: string): Log['info'] =>
    (fields, message) => {
      const { err } = fields as { err?: unknown }
      tell(`${level}: ${message}${err instanceof Error ? ` (${err.message})` : ''}`)
    }
  const log: Log = { debug: () => {}, info: () => {}, warn: say('warn'), error: say('error') }
  // The timers of the process, which are replaced.
  const kernel = { clock, random, timers: systemTimers, ids, log }
  const starts = new Map<string, (life: Life) => void>()
  const lives = new Map<string, Life>()
  const chances = { failedStarts: 0 }
  const watchers: ((nodeId: NodeId, askedAt: number | null) => void)[] = []
  const onBroughtBack = (nodeId: NodeId, askedAt: number | null): void => {
    for (const watch of watchers) watch(nodeId, askedAt)
  }

  const crash = (life: Life): void => {
    life.isOver = true
    time.outside(() => {
      bus.lifeIsOver(life)
      void time.sleep(random.below(longestRestartMs)).then(() => start(life.name))
    })
  }
  const network = createNetwork({ time, random, tell, crash })
  const eventLog = createSimulatedLog(network)
  const bus = createSimulatedBus({ network, random, time, tell })
  const viewStore = createMemoryViewStore()
  const checkpoints = new Map<string, Checkpoint>()

  const openCheckpoints = (life: Life): CheckpointStore => {
    const call = <T>(what: string, work: () => T) =>
      network.call(life, what, (why) => new EventStoreUnavailable(`the simulated checkpoints: ${why}`), work)
    return {
      load: (name) => call('load a checkpoint', () => checkpoints.get(name) ?? null),
      save: (name, checkpoint, expected) =>
        call('save a checkpoint', () => {
          if ((checkpoints.get(name)?.version ?? 0) !== expected) return 'stale'
          checkpoints.set(name, { ...checkpoint, version: expected + 1 })
          return 'saved'
        }),
    }
  }

  const openViews = (life: Life): ViewStore => {
    const call = async <T>(what: string, work: () => Promise<T>): Promise<T> =>
      await network.call(life, what, (why) => new ViewStoreUnavailable(`the simulated views: ${why}`), work)
    return {
      ...viewStore,
      apply: (batch) => call(`write ${batch.view}`, () => viewStore.apply(batch)),
      place: (view) => call(`place ${view}`, () => viewStore.place(view)),
      checkpoint: (view) => call(`place ${view}`, () => viewStore.checkpoint(view)),
      get: (view, key) => call(`read ${view}`, () => viewStore.get(view, key)),
      getMany: (view, keys, options) => call(`read ${view}`, () => viewStore.getMany(view, keys, options)),
    }
  }

  const signatures = createKnownSignatures()
  const openWriteSide = (life: Life) => {
    const channel = createControlChannel(testMasterKey)
    const eventStore = eventLog.open(life)
    const directory = createDirectory({ ...kernel, eventStore })
    const handler = createHandler({ ...kernel, eventStore, isClaimed: directory.claims.isClaimed })
    directory.start()
    return {
      ...kernel,
      eventStore,
      handler,
      directory,
      channel: { ...channel, isSignedBy: signatures.knowing(channel.isSignedBy) },
      bus: bus.open(life),
    }
  }

  const define = (name: string, begin: (life: Life) => void): void => {
    starts.set(name, begin)
  }
  const start = (name: string): void => {
    const life: Life = { name, isOver: false }
    lives.set(name, life)
    tell(`${name} starts`)
    time.within(life, () => starts.get(name)?.(life))
  }

  let dispatch: Dispatch | null = null
  define('api', (life) => {
    const side = openWriteSide(life)
    const views = createViews({ ...quietKernel, viewStore: openViews(life), readAuditLog: nothing as never })
    dispatch = createDispatch({
      ...side,
      masterKey: testMasterKey,
      settings,
      findInstanceOf: async (operationId) => (await views.operation(operationId))?.instanceId ?? null,
    })
  })
  for (const name of ['saga-1', 'saga-2']) {
    define(name, (life) => {
      const side = openWriteSide(life)
      const relay = createRelay({
        ...side,
        checkpoints: openCheckpoints(life),
        holder: `${name} ${time.now()}`,
        exclusive: false,
        takeOverAfterMs: 2000,
        saveEveryMs: 200,
      })
      const sagas = createSagas({ ...side, worker: name, settings, hostLostAfterMs: 15_000 })
      const startSagas = async (): Promise<void> => {
        for (;;) {
          try {
            await sagas.start()
            return relay.start()
          } catch (error) {
            tell(`${name} cannot start: ${error}`)
            await time.sleep(1000)
          }
        }
      }
      void startSagas()
    })
  }
  define('projector', (life) => {
    const engine = createProjectionEngine({
      ...kernel,
      eventStore: eventLog.open(life),
      viewStore: openViews(life),
      projections: allViews,
    })
    engine.start()
  })
  const hosts = ['host-1', 'host-2'].map((name) =>
    createSimulatedHost({
      signatures,
      name,
      ids,
      time,
      random,
      log,
      tell,
      planted,
      failedStarts: () => chances.failedStarts,
      onBroughtBack,
    }),
  )
  for (const host of hosts) define(host.name, (life) => host.startAgent(bus.open(life)))

  return {
    network,
    eventLog,
    bus,
    viewStore,
    hosts,
    chances,
    log,
    processes: [...starts.keys()],
    start: () => {
      for (const name of starts.keys()) start(name)
    },
    lifeOf: (name: string): Life => {
      const life = lives.get(name)
      if (!life) throw new Error(`there is no process ${name}`)
      return life
    },
    /** As one whose machine gives it no time: it neither ends nor does anything. */
    pause: (name: string, forMs: number): void => {
      const life = lives.get(name)
      if (!life || life.isOver) return
      tell(`${name} stands still for ${(forMs / 1000).toFixed(1)} s`)
      life.pausedUntil = time.now() + forMs
    },
    /** A host with its engines and its agent, which comes up again a moment later. */
    switchOff: (name: string): void => {
      const life = lives.get(name)
      const found = hosts.find((one) => one.name === name)
      if (!life || life.isOver || !found) return
      found.switchOff()
      crash(life)
    },
    /** Calls back when a host starts an engine again by itself. `askedAt`: since when what was gone then is not to be started. */
    onBroughtBack: (watch: (typeof watchers)[number]): void => void watchers.push(watch),
    crash: (name: string): void => {
      const life = lives.get(name)
      if (life && !life.isOver) {
        tell(`${name} crashes`)
        crash(life)
      }
    },
    /** Through the process that is the api now. A life that ends meanwhile never answers. */
    dispatch: (request: Parameters<Dispatch>[0]): ReturnType<Dispatch> => {
      const life = lives.get('api')
      if (!life || life.isOver || dispatch === null) return Promise.reject(new Error('the api is away'))
      const current = dispatch
      return time.within(life, () => current(request))
    },
  }
}

export type World = ReturnType<typeof createWorld>
