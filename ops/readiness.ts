import type { Agent } from '../agent/agent.ts'
import type { EventStore } from '../commands/ports/event-store.ts'
import type { Timers } from '../kernel/timers.ts'
import { within } from '../kernel/within.ts'
import type { ProjectionEngine } from '../projections/engine.ts'
import type { ViewStore } from '../projections/ports/view-store.ts'
import { viewNames } from '../projections/registry.ts'
import type { FollowerReport, ReadFollowers } from './followers.ts'

/** One thing that must hold for the server to do its work; `reason` says what is wrong, or what may go wrong while it holds. */
export type Check = { readonly name: string; readonly ok: boolean; readonly reason?: string }
export type Readiness = { readonly ready: boolean; readonly checks: readonly Check[] }

/** `failed`: it cannot do its work any more and is about to end. */
export type Phase = 'starting' | 'running' | 'failed' | 'stopping'

const storeTimeoutMs = 2000

type ReadableViews = Pick<ViewStore, 'get' | 'list' | 'count'>

export type ReadinessDeps = {
  /** What the server is about: it is ready only while it runs. */
  readonly phase: () => Phase
  /** Where this process is an agent. */
  readonly agent: Pick<Agent, 'bus'> | null
  /** Asks the bus for what this process takes from it, where it does nothing without that. Not asked while the agent knows what is wrong. */
  readonly askBus: (() => Promise<unknown>) | null
  /** Where this process has to do with the log. */
  readonly eventStore: EventStore | null
  /** Where this process keeps views. */
  readonly engine: ProjectionEngine | null
  /** Where this process keeps or shows views. */
  readonly viewStore: ReadableViews | null
  /** What may become of those views. */
  readonly viewStoreWarning?: () => string | null
  /** Those of this process, other than its views. */
  readonly followers: ReadFollowers
  /** Where this process has to do with the log: what others did to its streams; null where they did nothing. */
  readonly streamWarning?: () => string | null
  /** Why messages on the bus were dropped; null when none were. */
  readonly busWarning: () => string | null
  readonly maxLagMs: number
  readonly timers: Pick<Timers, 'after'>
}

/** Whether work should be sent here: the stores can be reached, the views are not far behind, and an agent takes commands. */
export const readReadiness = async (deps: ReadinessDeps): Promise<Readiness> => {
  const phase = deps.phase()
  const server: Check = {
    name: 'server',
    ok: phase === 'running',
    ...(phase === 'running' ? {} : { reason: phaseReasons[phase] }),
  }
  const asked = [
    checkBus(deps),
    deps.eventStore ? [checkAnswer(deps, 'event store', deps.eventStore.head)] : [],
    deps.viewStore
      ? [checkAnswer(deps, 'view store', readViews(deps.viewStore)).then(warned(deps.viewStoreWarning?.() ?? null))]
      : [],
  ]
  // Side by side: whoever asks waits for one store that is silent, not for each.
  const [stores, views, followers] = await Promise.all([
    Promise.all(asked.flat()),
    deps.engine ? checkViews(deps.engine, deps) : [],
    deps.followers(),
  ])
  // A stream that was cut costs nobody but those who ask for it.
  const streams = deps.streamWarning ? [warned(deps.streamWarning())({ name: 'streams', ok: true })] : []
  const warning = deps.busWarning()
  const messages = warning === null ? [] : [{ name: 'messages', ok: true, reason: warning }]
  const checks = [
    server,
    ...messages,
    ...stores,
    ...streams,
    ...views,
    ...followers.map((follower) => checkFollower(follower, deps.maxLagMs)),
  ]
  return { ready: checks.every(({ ok }) => ok), checks }
}

const phaseReasons = {
  starting: 'the server is starting',
  failed: 'the server cannot go on and ends: its log says why',
  stopping: 'the server is stopping',
} as const

/** Reads each, in every way there is: one that is not whole is refused with the reason, and a store may refuse one way alone. */
const readViews = (viewStore: ReadableViews) => () =>
  Promise.all(
    viewNames.flatMap((view): Promise<unknown>[] => [
      viewStore.get(view, 'readiness'),
      viewStore.list(view, { index: 'readiness', value: 'readiness', first: 1 }),
      viewStore.count(view, 'readiness', 'readiness'),
    ]),
  )

const warned =
  (warning: string | null) =>
  (check: Check): Check =>
    check.ok && warning !== null ? { ...check, reason: warning } : check

/** The agent notices that the bus is away, but not that its topic is gone from a bus that answers. */
const checkBus = ({
  agent,
  askBus,
  timers,
}: Pick<ReadinessDeps, 'agent' | 'askBus' | 'timers'>): readonly (Check | Promise<Check>)[] => {
  const state = agent?.bus() ?? null
  if (askBus && (state === null || state.ok)) return [checkAnswer({ timers }, 'bus', askBus)]
  return state === null ? [] : [{ name: 'bus', ...state }]
}

const checkAnswer = async (
  { timers }: Pick<ReadinessDeps, 'timers'>,
  name: string,
  ask: () => Promise<unknown>,
): Promise<Check> => {
  try {
    await within(timers, storeTimeoutMs, ask)
    return { name, ok: true }
  } catch (error) {
    return { name, ok: false, reason: (error as Error).message }
  }
}

/** Behind for too long is standing still, whatever the reason. */
const checkFollower = ({ name, follows, behind, behindSeconds, error }: FollowerReport, maxLagMs: number): Check => {
  if (behindSeconds * 1000 <= maxLagMs) return { name, ok: true }
  const what = follows === 'log' ? `${behind ?? 'unknown'} positions behind the log` : 'stands still on a message'
  const why = error === null ? '' : `: ${error.message}`
  return { name, ok: false, reason: `${what} for ${behindSeconds.toFixed(1)} s${why}` }
}

const checkViews = async (
  engine: ProjectionEngine,
  { maxLagMs, timers }: Pick<ReadinessDeps, 'maxLagMs' | 'timers'>,
): Promise<readonly Check[]> => {
  const { connected, feed, views } = engine.health()
  if (!connected) {
    const why = feed.error === null ? '' : `: ${feed.error.message}`
    return [{ name: 'views', ok: false, reason: `the log is not being followed${why}` }]
  }
  // A store that is silent is told of by its own check.
  const lags = await within(timers, storeTimeoutMs, engine.lag).catch(() => [])
  return views.map(({ view, status, error }) => {
    const lag = lags.find((candidate) => candidate.view === view)
    const name = `view ${view}`
    if (status === 'failed') return { name, ok: false, reason: error?.message ?? 'its projection failed' }
    if (lag && lag.seconds * 1000 > maxLagMs) {
      return { name, ok: false, reason: `${lag.positions} events and ${lag.seconds.toFixed(1)} s behind the log` }
    }
    return { name, ok: true }
  })
}
