import { type Heartbeat, heartbeatEchoKey, heartbeatSchema } from '../../domain/guest/report.ts'
import { committedNodes, type HeldNode, type HostCommand, host, hostStream } from '../../domain/host/index.ts'
import { type HostId, parseNodeId } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import type { Health } from '../../domain/values/health.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Timer } from '../../kernel/timers.ts'
import { inSpan, noTracer, type Span, type Tracer } from '../../kernel/tracer.ts'
import type { Directory } from '../directory.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { createMoveCreate } from '../move-create.ts'
import type { IncomingMessage, MessageBus } from '../ports/message-bus.ts'
import type { ControlChannel } from '../secrets/control-channel.ts'
import { systemContext } from '../system-context.ts'
import { type AttestMessage, createAttestation, type Statement } from './attest-messages.ts'
import type { Distrust } from './distrust.ts'
import { createHeartbeatOrder } from './heartbeat-order.ts'
import { leaveOutUnreadable } from './leave-out-unreadable.ts'
import { traceOf } from './message-trace.ts'
import { createReconciler } from './reconcile-holdings.ts'
import { createStrandedWork } from './stranded-work.ts'

export type HostMonitorOptions = Pick<Kernel, 'clock' | 'ids' | 'log' | 'timers'> & {
  readonly handler: Handler
  readonly directory: Directory
  readonly bus: Pick<MessageBus, 'now'>
  readonly channel: Pick<ControlChannel, 'isSignedBy' | 'isSealed'>
  readonly distrust: Distrust
  /** How long a host may be silent before it counts as lost. */
  readonly hostLostAfterMs: number
  /** Publishes an echo among the heartbeats, which `take` is then given like any of them. Rejects while the bus is away. */
  readonly callOut: () => Promise<void>
  /** Whether heartbeats come to this process: one of all that run sagas hears them and judges by them. */
  readonly isJudge: () => boolean
  /** Default: what it finds out is not traced. */
  readonly tracer?: Tracer
}

/** Hosts send one every two seconds, and the bus brings it at once: what is older was kept by somebody. */
const oldestHeartbeatMs = 60_000

const statement: Statement<Heartbeat> = {
  schema: heartbeatSchema,
  hostOf: ({ hostId }) => hostId,
  ownKeyOf: () => null,
}

export interface HostMonitor {
  /** Handles one heartbeat, or one echo. */
  readonly take: (message: IncomingMessage) => Promise<void>
  /** From now on silence counts: a host gets the full time from here, as nothing is known of before. */
  start(): void
  stop(): Promise<void>
}

/**
 * Turns the silence of hosts, and its end, into events: heartbeats themselves are none. Silence is only what this process could have heard:
 * neither a clock that is set, nor a time in which the process did not run, was not the judge, the bus was away or the host had not
 * registered, makes it lost.
 */
export const createHostMonitor = (options: HostMonitorOptions): HostMonitor => {
  const { handler, directory, clock, timers, ids, log, hostLostAfterMs, callOut, isJudge, tracer = noTracer } = options
  const { channel, distrust } = options
  const { elapsedMs } = clock
  const checkEveryMs = Math.max(250, hostLostAfterMs / 5)
  /**
   * A look that comes so much later than the one before it: the process stood still, or another was the judge, so that what was said
   * meanwhile is yet to be taken in or was never heard.
   */
  const stoodStillMs = Math.max(hostLostAfterMs / 2, 2 * checkEveryMs)
  /** From then on it calls out, to know whether it would hear a host. */
  const suspectAfterMs = hostLostAfterMs / 3
  /** A call that takes so long to come back: what hosts said meanwhile was not heard, or is yet to come. */
  const deafAfterMs = Math.max(2000, checkEveryMs)
  const lastSeen = new Map<HostId, number>()
  const order = createHeartbeatOrder({ bus: options.bus, clock, oldestMs: oldestHeartbeatMs })
  const attest: AttestMessage = createAttestation({
    ...options,
    distrust: {
      ...distrust,
      drop: (reason, fields) => distrust.drop(reason === 'unknown-host' ? 'early' : reason, fields),
    },
  })
  /** Since when this process knows a host to be up: it owes no sign of life from before. */
  const upSince = new Map<HostId, number>()
  let listeningSince = elapsedMs()
  /** When anything came from the bus last. */
  let heardAt = listeningSince
  /** When it called out first without having heard anything since. */
  let unansweredSince: number | null = null
  let timer: Timer | undefined
  let isDeaf = false
  let isChecking = false
  let isStopped = false
  let reporting: Promise<void> = Promise.resolve()

  const context = (traceparent: string | undefined): CommandContext =>
    systemContext('host-monitor', ids.next(), traceparent)

  /** What has become of a host has no cause but the host: a trace of its own. */
  const traced = (name: string, hostId: HostId, parent: string | undefined, work: (span: Span) => Promise<void>) =>
    inSpan(tracer, name, { parent, mayBegin: true, attributes: { 'coffer.host.id': hostId } }, work)

  const reconciler = createReconciler({ handler, clock, context, log, elapsedMs })
  const stranded = createStrandedWork({
    handler,
    clock,
    context,
    moveCreate: createMoveCreate({ handler, directory, clock }),
    log,
  })

  type Seen = { readonly hostId: HostId; readonly health: Health; readonly reason: string; readonly epoch: number }
  const reportHealth = async ({ instanceId, nodeId }: HeldNode, seen: Seen, span: Span) => {
    const stream = instanceStream(instanceId)
    const { state } = await handler.load(instance, stream)
    if (state.status === 'ABSENT') return
    const command = { type: 'ReportHealth', nodeId, ...seen } as const
    const by = { ...context(span.traceparent), projectId: state.projectId, instanceId }
    await handler.handle(instance, stream, command, by)
  }

  const tell = (hostId: HostId, command: HostCommand, { traceparent }: Span) =>
    handler.handle(host, hostStream(hostId), command, context(traceparent))

  const reportLost = (hostId: HostId, silentMs: number, nodes: readonly HeldNode[]) =>
    traced('host lost', hostId, undefined, async (span) => {
      const lastSeenAt = new Date(clock.now() - silentMs).toISOString()
      log.warn({ hostId, lastSeenAt }, 'a host is silent and counts as lost')
      const seen = {
        hostId,
        health: 'UNREACHABLE',
        reason: `its host has been silent since ${lastSeenAt}`,
        epoch: 0,
      } as const
      for (const node of nodes)
        await leaveOutUnreadable(log, { hostId, instanceId: node.instanceId }, () => reportHealth(node, seen, span))
      // Last, so that what was cut off on the way is made good at the next check.
      await tell(hostId, { type: 'ReportHostLost', hostId, lastSeenAt, heard: order.last(hostId) }, span)
    })

  const silentHosts = (forMs: number) =>
    directory.hosts().flatMap((state) => {
      if (state.status !== 'UP') return []
      const now = elapsedMs()
      const heardMs = Math.max(lastSeen.get(state.hostId) ?? 0, upSince.get(state.hostId) ?? now, listeningSince)
      const silentMs = now - heardMs
      return silentMs < forMs ? [] : [{ ...state, silentMs }]
    })

  const noteHostsThatAreUp = (): void => {
    for (const state of directory.hosts()) {
      if (state.status === 'LOST' || state.status === 'REMOVED') upSince.delete(state.hostId)
      else if (state.status === 'UP' && !upSince.has(state.hostId)) upSince.set(state.hostId, elapsedMs())
    }
  }

  /** Hosts get the full time from the first that is heard after a time of deafness: they, too, have to find the bus again. */
  const hear = (): void => {
    heardAt = elapsedMs()
    if (unansweredSince !== null && heardAt - unansweredSince >= deafAfterMs) listeningSince = heardAt
    unansweredSince = null
    isDeaf = false
  }

  const tellDeafness = (error: unknown): void => {
    if (!isDeaf) log.warn({ err: error }, 'hosts are silent and the bus brings nothing, so no host is declared lost')
    isDeaf = true
  }

  const check = async () => {
    if (silentHosts(suspectAfterMs).length === 0) return
    unansweredSince ??= elapsedMs()
    try {
      await callOut()
    } catch (error) {
      tellDeafness(error)
      return
    }
    // The call of the look before this one has come back, or else some host was heard since.
    const deafMs = elapsedMs() - heardAt
    if (deafMs >= deafAfterMs + checkEveryMs) {
      tellDeafness(new Error(`nothing was heard for ${Math.round(deafMs)} ms`))
      return
    }
    for (const { silentMs, ...silent } of silentHosts(hostLostAfterMs)) {
      if (isStopped || !isJudge()) return
      reporting = reportLost(silent.hostId, silentMs, committedNodes(silent))
      await reporting
    }
  }

  const lookAfter = (): Promise<void> => {
    reporting = stranded.take(directory.hosts())
    return reporting
  }

  const look = async () => {
    if (isChecking) return
    isChecking = true
    await lookAfter().catch((error) => log.warn({ err: error }, 'what is stranded on lost hosts could not be seen to'))
    await check().catch((error) => log.warn({ err: error }, 'hosts could not be checked'))
    isChecking = false
  }

  /** Nothing is known of before: as if all hosts had been heard now. */
  const beginToJudge = (now: number): void => {
    listeningSince = now
    heardAt = now
    unansweredSince = null
    log.info({}, 'this process judges hosts by what it hears from now on')
  }

  const listen = () => {
    let lookedAt = Number.NEGATIVE_INFINITY
    const lookRound = (): void => {
      noteHostsThatAreUp()
      if (!isJudge()) return
      const now = elapsedMs()
      if (now - lookedAt > stoodStillMs) beginToJudge(now)
      lookedAt = now
      void look()
    }
    lookRound()
    timer = timers.every(checkEveryMs, lookRound, { ref: false })
  }

  const takeReturn = (
    hostId: HostId,
    { holds, heard, parent }: { holds: Heartbeat['holds']; heard: number | undefined; parent: string | undefined },
  ) =>
    traced('host returned', hostId, parent, async (span) => {
      log.info({ hostId }, 'a lost host has returned')
      reconciler.forget(hostId)
      for (const [nodeId, { instanceId, running, health, epoch }] of Object.entries(holds)) {
        if (!running) continue
        const seen = { hostId, health, reason: 'its host has returned', epoch }
        const of = { instanceId, nodeId: parseNodeId(nodeId) }
        await leaveOutUnreadable(log, { hostId, instanceId }, () => reportHealth(of, seen, span))
      }
      await tell(hostId, { type: 'ReportHostReturned', hostId, heard }, span)
    })

  return {
    take: async (message) => {
      if (message.key === heartbeatEchoKey && channel.isSealed(message)) {
        hear()
        return
      }
      const attested = await attest(message, statement)
      if (attested === null) return
      const { hostId, signature } = attested
      const { at, holds } = attested.value
      const known = directory.host(hostId)
      const sequence = signature?.sequence
      if (sequence !== undefined && !(await order.isNew(hostId, sequence, known))) {
        distrust.drop('repeated', { hostId, type: 'heartbeat' })
        return
      }
      hear()
      lastSeen.set(hostId, elapsedMs())
      if (sequence !== undefined) order.heard(hostId, sequence)
      if (known.status === 'UNREGISTERED' || known.status === 'REMOVED') return
      const parent = traceOf(message, undefined)
      if (known.status === 'LOST') await takeReturn(hostId, { holds, heard: sequence, parent })
      await reconciler.take(known, { at, holds }, parent)
    },
    start: listen,
    stop: async () => {
      isStopped = true
      timer?.cancel()
      await reporting.catch(() => undefined)
    },
  }
}
