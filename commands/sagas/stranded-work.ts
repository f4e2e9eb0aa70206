import {
  type HeldNode,
  type HostState,
  heldNodes,
  host,
  hostStream,
  type RegisteredHost,
} from '../../domain/host/index.ts'
import type { HostId, NodeId } from '../../domain/ids.ts'
import { type BusyInstance, hasNode, instance, instanceStream, isBusy, primaryOf } from '../../domain/instance/index.ts'
import { operationOf, removes } from '../../domain/instance/operations.ts'
import { operation, operationStream } from '../../domain/operation/index.ts'
import { hostRemovedFault } from '../../domain/values/host-removed.ts'
import { lapse } from '../../domain/values/ledger.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { CommandContext, Handler } from '../handle.ts'
import type { MoveCreate } from '../move-create.ts'
import { leaveOutUnreadable } from './leave-out-unreadable.ts'

export type StrandedWorkDependencies = {
  readonly handler: Handler
  readonly clock: WallClock
  readonly context: (traceparent: string | undefined) => CommandContext
  readonly moveCreate: MoveCreate
  readonly log: Pick<Log, 'debug' | 'warn'>
}

export type StrandedWork = {
  /** Looks after what hosts were asked for that are lost now. To be called again and again. */
  take(hosts: readonly HostState[]): Promise<void>
}

/**
 * What is going on on a host that is lost or was removed: a deletion is settled without it, and an instance that is being made is given to another host. One whose
 * passwords are sealed to the host is moved by who has them in clear, which is the process that took the request.
 * All else on a host that was removed fails, and gives free what it holds.
 */
export const createStrandedWork = (deps: StrandedWorkDependencies): StrandedWork => {
  const { handler, clock, context, moveCreate, log } = deps
  /** By host, what needs no second look while that host is lost. */
  const settled = new Map<HostId, Set<NodeId>>()

  const handOn = async (state: BusyInstance, removed: boolean): Promise<void> => {
    const { projectId, instanceId } = state
    const { hostId } = primaryOf(state)
    const { operationId } = state.operation
    const by = { ...context(undefined), correlationId: operationId, projectId, instanceId }
    const command = { type: 'HandleHostLost', hostId, removed, now: isoNow(clock) } as const
    await handler.handle(operation, operationStream(operationId), command, by)
    if (state.status !== 'PROVISIONING') return
    const { users, source } = state.operation.wish
    // The key of a backup is sealed to the host as well: it waits for that one.
    if (users.length === 0 && source === null) await moveCreate(state, null, by)
  }

  /** Whether it needs no second look. */
  const look = async (hostId: HostId, { nodeId, instanceId }: HeldNode): Promise<boolean> => {
    const { state } = await handler.load(instance, instanceStream(instanceId))
    // Room was claimed for it just before, and it may still be asked for.
    if (state.status === 'ABSENT') return false
    if (!hasNode(state, { nodeId, hostId }) || !isBusy(state)) return true
    const { kind } = state.operation
    if (!operationOf(kind).movable && !removes(kind)) return true
    await handOn(state, false)
    return false
  }

  /** A node of a host that is removed. `isExpired`: nothing came of what its room was held for. */
  const giveUp = async (hostId: HostId, { nodeId, instanceId }: HeldNode, isExpired: boolean): Promise<void> => {
    const { state } = await handler.load(instance, instanceStream(instanceId))
    const isElsewhere = state.status !== 'ABSENT' && !hasNode(state, { nodeId, hostId })
    const isOver = state.status === 'DELETED' || (state.status === 'FAILED' && !state.dataKept)
    if (isElsewhere || isOver || isExpired) {
      const reason = isElsewhere ? 'MOVED' : 'FAILED'
      const release = { type: 'ReleaseCapacity', hostId, nodeId, instanceId, reason } as const
      await handler.handle(host, hostStream(hostId), release, context(undefined))
    } else if (isBusy(state)) await handOn(state, true)
    else if (state.status !== 'ABSENT') {
      const by = { ...context(undefined), projectId: state.projectId, instanceId }
      const lose = { type: 'LoseHost', hostId, fault: hostRemovedFault } as const
      await handler.handle(instance, instanceStream(instanceId), lose, by)
    }
  }

  /** What a host that is removed still holds room for, until nothing is left. */
  const giveUpAll = async (removed: RegisteredHost): Promise<void> => {
    const { hostId, claims } = removed
    const { expired } = lapse(claims, isoNow(clock))
    // Looked at again and again, and told by whatever is refused.
    const quietly = { warn: log.debug }
    for (const node of heldNodes(removed)) {
      const one = () => giveUp(hostId, node, expired.includes(node.nodeId))
      await leaveOutUnreadable(quietly, { hostId, instanceId: node.instanceId }, one)
    }
  }

  return {
    take: async (hosts) => {
      for (const state of hosts) {
        if (state.status === 'UNREGISTERED') continue
        const { hostId } = state
        if (state.status === 'REMOVED') await giveUpAll(state)
        if (state.status !== 'LOST') {
          settled.delete(hostId)
          continue
        }
        const known = settled.get(hostId) ?? new Set<NodeId>()
        settled.set(hostId, known)
        for (const node of heldNodes(state)) {
          if (known.has(node.nodeId)) continue
          const { instanceId } = node
          const isSettled = await leaveOutUnreadable(log, { hostId, instanceId }, () => look(hostId, node))
          if (isSettled ?? true) known.add(node.nodeId)
        }
      }
    },
  }
}
