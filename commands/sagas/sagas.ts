import { heartbeatEchoKey } from '../../domain/guest/report.ts'
import { agentHeartbeatsTopic, agentResultsTopic, controlPlaneTopics, eventsTopic } from '../../domain/guest/topics.ts'
import { parseCommandId } from '../../domain/ids.ts'
import { operationCategory } from '../../domain/operation/index.ts'
import type { Reactions } from '../../domain/reactions/reactions.ts'
import { isoNow } from '../../kernel/clock.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { inSpan, noTracer, type Tracer } from '../../kernel/tracer.ts'
import type { Directory } from '../directory.ts'
import { createSystemDispatch } from '../dispatch/system-dispatch.ts'
import type { FollowerStatus } from '../follower.ts'
import type { CommandContext, Handler } from '../handle.ts'
import type { EventStore } from '../ports/event-store.ts'
import type { KeyStore } from '../ports/key-store.ts'
import type { Consumer, MessageBus } from '../ports/message-bus.ts'
import type { DispatchSettings } from '../public/definition.ts'
import type { ControlChannel } from '../secrets/control-channel.ts'
import { createEventCheck } from './check-relayed.ts'
import { createDistrust, type DistrustCounts } from './distrust.ts'
import { failUnreadable } from './fail-unreadable.ts'
import { createFormerLogCheck } from './former-log.ts'
import { createHostMonitor } from './host-monitor.ts'
import { parkBugs } from './park-bugs.ts'
import { createPersistentHandler } from './persistent-handler.ts'
import { createEventReactor } from './react-to-events.ts'
import type { BackupPlaces } from './remove-backups.ts'
import { createReportHandler } from './take-in-reports.ts'
import { createTimers } from './timers.ts'
import { type ConsumerStatus, watchConsumer } from './watch-consumer.ts'

export type SagasOptions = Omit<Kernel, 'tracer'> & {
  readonly eventStore: EventStore
  readonly bus: MessageBus
  readonly handler: Handler
  readonly directory: Directory
  readonly channel: ControlChannel
  /** Whether this process has appended an event. Default: not known of any. */
  readonly isOwn?: (eventId: string) => boolean
  /** Names this process among those that run sagas on the same bus. */
  readonly worker: string
  /** How long a host may be silent before it counts as lost. */
  readonly hostLostAfterMs: number
  /** Where backups are, and what they are encrypted by. Default: nowhere. */
  readonly backups?: (BackupPlaces & { readonly keys: KeyStore }) | undefined
  /** Of the commands that events lead to. */
  readonly settings: Pick<DispatchSettings, 'operationTimeoutMs' | 'defaultQuota'>
  /** Default: what `domain/reactions` says. */
  readonly reactions?: Reactions
  /** Default: steps are not traced. */
  readonly tracer?: Tracer
}

export interface Sagas {
  /** Resolves once messages flow. */
  start(): Promise<void>
  /** Takes nothing new, finishes what is in hand (bounded by the signal), commits. */
  stop(signal: AbortSignal): Promise<void>
  /** Operations with a deadline ahead of them. */
  pendingOperations(): number
  timers(): FollowerStatus
  consumers(): readonly ConsumerStatus[]
  /** How many messages this process has dropped because they cannot be trusted. */
  distrust(): DistrustCounts
}

/** One for events and reports, so that all of an operation is one worker's, whose steps do not conflict with each other. */
export const sagaGroup = 'coffer.sagas'
/**
 * The member that has the one partition of the heartbeats judges the silence of hosts, for all sagas: two that heard different things would
 * contradict each other. When it is gone, the bus gives the partition to another.
 */
export const heartbeatsGroup = 'coffer.sagas.heartbeats'
/** Of the groups that sagas had before, one each. */
const formerHeartbeatsGroups = `${heartbeatsGroup}.`

/** How long deadlines wait at the start for results that came in meanwhile. */
const resultsFirstMs = 15_000
const lagPollMs = 20

/** Resolves once the sagas have no report left to take in, or when the signal aborts. */
const allReportsTaken = async (
  { bus, timers }: Pick<SagasOptions, 'bus' | 'timers'>,
  signal: AbortSignal,
): Promise<void> => {
  const isBehind = async () =>
    (await bus.lag(sagaGroup)).some(({ topic, messages }) => topic === agentResultsTopic && messages > 0)
  while (!signal.aborted && (await isBehind())) {
    await timers.sleep(lagPollMs, { signal, ref: false }).catch(() => undefined)
  }
}

/** Everything that goes on without anybody asking: follow-ups of events, results of agents, deadlines, lost hosts. */
export const createSagas = (options: SagasOptions): Sagas => {
  const { bus, channel, clock, ids, log, tracer = noTracer } = options
  const handler = createPersistentHandler(options.handler)
  const stopping = new AbortController()
  const react = createEventReactor({
    handler,
    clock,
    log,
    dispatch: createSystemDispatch({
      handler,
      directory: options.directory,
      clock,
      timers: options.timers,
      random: options.random,
      keys: options.backups?.keys,
      settings: options.settings,
    }),
    signal: stopping.signal,
    ...(options.backups && { backups: options.backups }),
    ...(options.reactions && { reactions: options.reactions }),
    isInLog: createFormerLogCheck(options),
    tracer,
  })
  const distrust = createDistrust(log)
  const takeReport = createReportHandler({ ...options, handler, distrust })
  const isGenuine = createEventCheck({ ...options, distrust })
  const echo = channel.seal({
    topic: agentHeartbeatsTopic,
    key: heartbeatEchoKey,
    value: JSON.stringify({ from: options.worker }),
  })
  let consumers: readonly Consumer[] = []
  let judging: Consumer | null = null
  const isJudge = () => judging?.holds() ?? false
  const monitor = createHostMonitor({ ...options, handler, distrust, callOut: () => bus.publish([echo]), isJudge })
  const deadlines = createTimers({
    ...options,
    onDue: async (due) => {
      const { aggregate, stream, state, last, fault, beginning } = due
      const concerned = beginning?.concerned ?? aggregate.timer.concerns(state)
      if (!concerned) return
      const { correlationId, traceparent: begunIn, ...whose } = concerned
      const step = {
        parent: last?.traceparent ?? begunIn,
        attributes: { ...(correlationId && { 'coffer.operation.id': correlationId }) },
      }
      await inSpan(tracer, fault ? 'fail unreadable' : 'check deadlines', step, async ({ traceparent }) => {
        const commandId = parseCommandId(ids.next())
        const context: CommandContext = {
          actor: { kind: 'system', name: 'timers' },
          commandId,
          correlationId,
          ...whose,
          causationId: last?.eventId ?? correlationId ?? commandId,
          ...(traceparent === undefined ? {} : { traceparent }),
        }
        if (fault) await failUnreadable({ handler, clock }, due, fault, context)
        else await handler.handle(aggregate, stream, aggregate.timer.whenDue(isoNow(clock)), context)
      })
    },
  })
  const followUps = watchConsumer(
    { name: 'sagas', group: sagaGroup, clock },
    parkBugs(async (message) => {
      if (message.topic !== eventsTopic) return takeReport(message)
      if (await isGenuine(message)) await react(message)
    }),
  )
  const heartbeats = watchConsumer({ name: 'heartbeats', group: heartbeatsGroup, clock }, parkBugs(monitor.take))
  /** Those of workers that are gone: nobody has the name of one again. */
  const removeFormerGroups = async (): Promise<void> => {
    try {
      const removed = await bus.removeGroups(formerHeartbeatsGroups)
      if (removed.length > 0) log.debug({ groups: removed }, 'removed groups of workers that are gone')
    } catch (error) {
      log.warn({ err: error }, 'groups of workers that are gone could not be removed from the bus')
    }
  }
  let starting: Promise<void> = Promise.resolve()

  return {
    start: async () => {
      await bus.ensureTopics(controlPlaneTopics)
      judging = bus.consume({
        group: heartbeatsGroup,
        topics: [agentHeartbeatsTopic],
        start: 'now',
        membership: 'watched',
        handle: heartbeats.handle,
      })
      consumers = [
        bus.consume({
          group: sagaGroup,
          topics: [eventsTopic, agentResultsTopic],
          start: 'earliest',
          membership: 'watched',
          handle: followUps.handle,
        }),
        judging,
      ]
      await Promise.all(consumers.map((consumer) => consumer.ready))
      monitor.start()
      void removeFormerGroups()
      // After a time away: what agents did in time counts, though nobody was there to hear of it. So results go before deadlines.
      starting = allReportsTaken(options, AbortSignal.any([stopping.signal, options.timers.timeout(resultsFirstMs)]))
        .catch((error) =>
          log.warn({ err: error }, 'could not tell whether all results are in; deadlines count from now'),
        )
        .then(() => {
          if (!stopping.signal.aborted) deadlines.start()
        })
    },
    stop: async (signal) => {
      stopping.abort()
      await starting
      await monitor.stop()
      await Promise.all(consumers.map((consumer) => consumer.stop(signal)))
      await deadlines.stop()
    },
    pendingOperations: () => deadlines.pending(operationCategory),
    timers: deadlines.status,
    consumers: () => [followUps.status(), heartbeats.status()],
    distrust: distrust.counts,
  }
}
