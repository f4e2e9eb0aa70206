import type { Heartbeat, Holding } from '../../domain/guest/report.ts'
import { host as hostDecider, hostStream, type RegisteredHost } from '../../domain/host/index.ts'
import { type HostId, type InstanceId, parseInstanceId } from '../../domain/ids.ts'
import { type InstanceState, instance, instanceStream } from '../../domain/instance/index.ts'
import { commitmentOf, committedIds } from '../../domain/values/ledger.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { leaveOutUnreadable } from './leave-out-unreadable.ts'
import { isGoneFrom, removeLeftover } from './remove-leftover.ts'

export type ReconcilerDependencies = {
  readonly handler: Handler
  readonly clock: WallClock
  readonly context: (traceparent: string | undefined) => CommandContext
  readonly log: Log
  /** Milliseconds by a clock that nobody sets. */
  readonly elapsedMs: () => number
}

export type Reconciler = {
  /** What the host says next is compared anew, though it says the same as before: while it was silent the log may have changed. */
  forget(hostId: HostId): void
  /** Compares what the host says it holds with what the log has on it. */
  take(host: RegisteredHost, beat: Pick<Heartbeat, 'at' | 'holds'>, traceparent: string | undefined): Promise<void>
}

/** `since`: from when on the host has said the same of the instance. `settled`: the log agrees, or has been told. */
type Account = { readonly words: string; readonly since: number; readonly settled: boolean }

/**
 * How long a host must say the same before it counts: a heartbeat may have been on its way while an operation went on, and says what was
 * so before. Heartbeats come every two seconds, so what is missing is told well within 15 s.
 */
const steadyMs = 5_000

/** When a host said something, and when that was heard, in milliseconds of two clocks. */
type Beat = { readonly saidAt: number; readonly heardAt: number }

/**
 * Heartbeats that waited, or that are given again, are heard faster one after the other than they were said: what they say is old, however long they say the
 * same. Differences alone are compared, as the two clocks may differ.
 */
const isOld = (beat: Beat, before: Beat): boolean =>
  beat.heardAt - before.heardAt < Math.abs(beat.saidAt - before.saidAt) / 2

/**
 * Heartbeats against the log: an instance that the host has lost, has again, or was told other things about than the log knows of. Its
 * stream decides; here is only remembered what need not be asked again with every beat.
 */
export const createReconciler = ({ handler, clock, context, log, elapsedMs }: ReconcilerDependencies): Reconciler => {
  const accounts = new Map<HostId, Map<InstanceId, Account>>()
  const beats = new Map<HostId, Beat>()

  const reconcile = async (
    { hostId, description, claims }: RegisteredHost,
    instanceId: InstanceId,
    holding: Holding | undefined,
    traceparent: string | undefined,
  ): Promise<boolean> => {
    const stream = instanceStream(instanceId)
    const { address, caCertificate } = description
    const holdsClaim = commitmentOf(claims, instanceId) !== undefined
    const found = holding
      ? {
          ...holding,
          generation: Math.max(holding.generation, 0),
          endpoint: holding.port === null ? null : { host: address, port: holding.port },
          caCertificate,
        }
      : null
    const handled = await handler.handle(
      instance,
      stream,
      { type: 'ReconcileWithHost', hostId, found },
      ({ state }) => ({
        ...context(traceparent),
        projectId: state.status === 'ABSENT' ? null : state.projectId,
        instanceId,
      }),
    )
    if (handled.outcome === 'accepted' && handled.events.length > 0) {
      log.warn({ hostId, instanceId, events: handled.events }, 'a host and the log differ about an instance')
    }
    if (holding)
      await removeLeftover({ handler, clock }, handled.state, { hostId, epoch: holding.epoch }, context(traceparent))
    else if (holdsClaim && isGoneFrom(handled.state, hostId)) {
      const release = { type: 'ReleaseCapacity', hostId, instanceId, reason: 'MOVED' } as const
      await handler.handle(hostDecider, hostStream(hostId), release, context(traceparent))
    }
    // The log knows nothing of it, and nor does the host any more.
    if (!holding && !isListed(handled.state)) {
      await handler.handle(
        hostDecider,
        hostStream(hostId),
        { type: 'SettleUnlisted', hostId, instanceId },
        context(traceparent),
      )
    }
    return isAtRest(handled.state)
  }

  /** One whose history cannot be read is looked at again when the host says something else of it. */
  const reconcileReadable = async (...[host, instanceId, ...rest]: Parameters<typeof reconcile>): Promise<boolean> => {
    const { hostId } = host
    return (await leaveOutUnreadable(log, { hostId, instanceId }, () => reconcile(host, instanceId, ...rest))) ?? true
  }

  return {
    forget: (hostId) => void accounts.delete(hostId),
    take: async (host, { at, holds }, traceparent) => {
      const now = elapsedMs()
      const beat = { saidAt: Date.parse(at), heardAt: now }
      const lastBeat = beats.get(host.hostId)
      beats.set(host.hostId, beat)
      if (lastBeat && isOld(beat, lastBeat)) {
        accounts.delete(host.hostId)
        return
      }
      const before = accounts.get(host.hostId) ?? new Map<InstanceId, Account>()
      const { address, caCertificate } = host.description
      const ids = [...Object.keys(holds), ...Object.keys(host.unlisted)].map(parseInstanceId)
      const expected = [...ids, ...committedIds(host.claims)]
      const after = new Map<InstanceId, Account>()
      for (const instanceId of new Set(expected)) {
        const holding = holds[instanceId]
        // Without its health, which is reported on its own and may change with every beat.
        const words = JSON.stringify([holding && { ...holding, health: null }, address, caCertificate])
        const known = before.get(instanceId)
        const account = known?.words === words ? known : { words, since: now, settled: false }
        const isSteady = account !== known ? false : now - account.since >= steadyMs
        const settled =
          account.settled || (isSteady && (await reconcileReadable(host, instanceId, holding, traceparent)))
        after.set(instanceId, { ...account, settled })
      }
      accounts.set(host.hostId, after)
    },
  }
}

const isListed = (state: InstanceState): boolean => state.status !== 'ABSENT' && state.status !== 'DELETED'

/** While an operation is in progress, and as long as the log knows nothing of it, it is looked at again. */
const isAtRest = (state: InstanceState): boolean => state.status !== 'ABSENT' && !('operation' in state)
