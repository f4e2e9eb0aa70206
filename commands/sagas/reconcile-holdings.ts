import type { Heartbeat, Holding } from '../../domain/guest/report.ts'
import {
  committedNodes,
  type HeldNode,
  type HostCommand,
  host as hostDecider,
  hostStream,
  type RegisteredHost,
} from '../../domain/host/index.ts'
import { type HostId, type NodeId, parseNodeId } from '../../domain/ids.ts'
import {
  hasNode,
  type InstanceState,
  instance,
  instanceStream,
  type KnownInstance,
} from '../../domain/instance/index.ts'
import { commitmentOf } from '../../domain/values/ledger.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { leaveOutUnreadable } from './leave-out-unreadable.ts'
import { removeLeftover } from './remove-leftover.ts'

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

/** `dueAt`: when it is compared if the host still says the same of the node; never where the log agrees, or has been told. */
type Account = { readonly words: string; readonly dueAt: number }

/** `holding` undefined: the host says nothing of the node. */
type Compared = HeldNode & { readonly holding: Holding | undefined }

/**
 * How long a host must say the same before it counts: a heartbeat may have been on its way while an operation went on, and says what was
 * so before. Heartbeats come every two seconds, so what is missing is told well within 15 s.
 */
const steadyMs = 5_000
/** How long one whose history cannot be read is left alone: an administrator may have mended it since, and its host has nothing new to say. */
const unreadableMs = 60_000

/** When a host said something, and when that was heard, in milliseconds of two clocks. */
type Beat = { readonly saidAt: number; readonly heardAt: number }

/**
 * Heartbeats that waited, or that are given again, are heard faster one after the other than they were said: what they say is old, however long they say the
 * same. Differences alone are compared, as the two clocks may differ.
 */
const isOld = (beat: Beat, before: Beat): boolean =>
  beat.heardAt - before.heardAt < Math.abs(beat.saidAt - before.saidAt) / 2

/**
 * Heartbeats against the log: a node that the host has lost, has again, or was told other things about than the log knows of. Its
 * stream decides; here is only remembered what need not be asked again with every beat.
 */
export const createReconciler = ({ handler, clock, context, log, elapsedMs }: ReconcilerDependencies): Reconciler => {
  const accounts = new Map<HostId, Map<NodeId, Account>>()
  const beats = new Map<HostId, Beat>()

  /** True if the log agrees or has been told, and no operation is in progress that may change that. */
  const compare = async (
    { hostId, description }: RegisteredHost,
    { instanceId, nodeId, holding }: Compared,
    traceparent: string | undefined,
  ): Promise<boolean> => {
    const { address, caCertificate } = description
    const node = { nodeId, hostId }
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
      instanceStream(instanceId),
      { type: 'ReconcileWithHost', ...node, found },
      ({ state }) => ({
        ...context(traceparent),
        projectId: state.status === 'ABSENT' ? null : state.projectId,
        instanceId,
      }),
    )
    if (handled.outcome === 'accepted' && handled.events.length > 0) {
      log.warn({ ...node, instanceId, events: handled.events }, 'a host and the log differ about an instance')
    }
    if (holding)
      await removeLeftover({ handler, clock }, handled.state, { ...node, epoch: holding.epoch }, context(traceparent))
    return isAtRest(handled.state)
  }

  /** Of a node that the host was to have, or that was found on it, and that it says nothing of. */
  const compareMissing = async (
    host: RegisteredHost,
    missing: Compared,
    traceparent: string | undefined,
  ): Promise<boolean> => {
    const { hostId, claims } = host
    const { nodeId, instanceId } = missing
    const node = { hostId, nodeId, instanceId }
    const { state } = await handler.load(instance, instanceStream(instanceId))
    if (isListed(state) && hasNode(state, node)) return compare(host, missing, traceparent)
    const tell = (command: HostCommand) =>
      handler.handle(hostDecider, hostStream(hostId), command, context(traceparent))
    const isKnown = state.status !== 'ABSENT'
    if (isKnown && commitmentOf(claims, nodeId)) await tell({ type: 'ReleaseCapacity', ...node, reason: 'MOVED' })
    // The log knows nothing of it, and nor does the host any more.
    await tell({ type: 'SettleUnlisted', ...node })
    return isAtRest(state)
  }

  /** When it is compared again. */
  const reconcile = async (
    host: RegisteredHost,
    compared: Compared,
    traceparent: string | undefined,
  ): Promise<number> => {
    const { instanceId, holding } = compared
    const settled = await leaveOutUnreadable(log, { hostId: host.hostId, instanceId }, () =>
      holding ? compare(host, compared, traceparent) : compareMissing(host, compared, traceparent),
    )
    if (settled === null) return elapsedMs() + unreadableMs
    return settled ? Number.POSITIVE_INFINITY : elapsedMs()
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
      const before = accounts.get(host.hostId) ?? new Map<NodeId, Account>()
      const { address, caCertificate } = host.description
      const after = new Map<NodeId, Account>()
      for (const compared of toCompare(host, holds)) {
        const { nodeId, holding } = compared
        // Without its health, which is reported on its own and may change with every beat.
        const words = JSON.stringify([holding && { ...holding, health: null }, address, caCertificate])
        const known = before.get(nodeId)
        const account = known?.words === words ? known : { words, dueAt: now + steadyMs }
        const dueAt = now < account.dueAt ? account.dueAt : await reconcile(host, compared, traceparent)
        after.set(nodeId, { words, dueAt })
      }
      accounts.set(host.hostId, after)
    },
  }
}

/** What the host says of its nodes, and the nodes that it says nothing of and should or did. */
const toCompare = (host: RegisteredHost, holds: Heartbeat['holds']): readonly Compared[] => {
  const held = Object.entries(holds).map(([id, holding]) => {
    const { instanceId } = holding
    return { nodeId: parseNodeId(id), instanceId, holding }
  })
  const unlisted = Object.entries(host.unlisted).map(([id, { instanceId }]) => ({
    nodeId: parseNodeId(id),
    instanceId,
  }))
  const expected = new Map([...unlisted, ...committedNodes(host)].map((node) => [node.nodeId, node]))
  for (const { nodeId } of held) expected.delete(nodeId)
  return [...held, ...[...expected.values()].map((node) => ({ ...node, holding: undefined }))]
}

const isListed = (state: InstanceState): state is Exclude<KnownInstance, { readonly status: 'DELETED' }> =>
  state.status !== 'ABSENT' && state.status !== 'DELETED'

/** While an operation is in progress, and as long as the log knows nothing of it, it is looked at again. */
const isAtRest = (state: InstanceState): boolean => state.status !== 'ABSENT' && !('operation' in state)
