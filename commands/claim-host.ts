import { unreachable } from '../domain/decider.ts'
import { host, hostStream, needInWords, rankHosts, type Shortage, shortageOf } from '../domain/host/index.ts'
import type { HostId, InstanceId, NodeId, OperationId } from '../domain/ids.ts'
import type { Rejection } from '../domain/rejection.ts'
import { getById } from '../domain/values/id-map.ts'
import type { InstanceSpec } from '../domain/values/instance-spec.ts'
import { amountInWords, resourceKinds, resourcesOf } from '../domain/values/resources.ts'
import type { SealingKey } from '../domain/values/sealing-key.ts'
import { isoAfter, isoNow, type WallClock } from '../kernel/clock.ts'
import type { Directory } from './directory.ts'
import { isPassing } from './dispatch/patient-handler.ts'
import type { CommandContext, Handler } from './handle.ts'
import { UnreadableHistory } from './history.ts'

export type ClaimDependencies = {
  readonly handler: Handler
  readonly directory: Pick<Directory, 'hosts' | 'hostRefusals'>
  readonly clock: WallClock
}

/** For a node of an instance. `holdMs`: how long the room is held for it to be asked for. */
export type HostWish = {
  readonly nodeId: NodeId
  readonly instanceId: InstanceId
  readonly operationId: OperationId
  readonly spec: InstanceSpec
  /** Passwords are going to be sealed for it. */
  readonly hasSecrets: boolean
  readonly holdMs: number
}

/** `sealingKey`: null when there are no passwords. */
export type Place = { readonly hostId: HostId; readonly sealingKey: SealingKey | null }

export type Placed = ({ readonly ok: true } & Place) | { readonly ok: false; readonly rejection: Rejection }

/**
 * Asks the hosts that are up one after the other, the one with most room first; each decides by its own stream whether the room is really there. One whose
 * history cannot be read is left out: nobody counts on half of it.
 */
export const claimHost = async (
  { handler, directory, clock }: ClaimDependencies,
  { nodeId, instanceId, operationId, spec, hasSecrets, holdMs }: HostWish,
  context: CommandContext,
): Promise<Placed> => {
  const { datastore, version } = spec
  const resources = resourcesOf(spec)
  const hosts = directory.hosts()
  const isUnreadable = hosts.length === 0 && directory.hostRefusals().length > 0
  let refusal = isUnreadable ? hostsUnreadable : noCapacity(spec, shortageOf(hosts, spec, isoNow(clock)))
  for (const { hostId } of rankHosts(hosts, spec, nodeId, isoNow(clock))) {
    const claimed = handler.handle(
      host,
      hostStream(hostId),
      {
        type: 'ClaimCapacity',
        hostId,
        nodeId,
        instanceId,
        operationId,
        resources,
        datastore,
        version,
        hasSecrets,
        now: isoNow(clock),
        expiresAt: isoAfter(clock, holdMs),
      },
      context,
    )
    const handled = await claimed.catch((error) => {
      if (error instanceof UnreadableHistory) return null
      throw error
    })
    if (handled === null) {
      if (refusal.code === 'NO_CAPACITY') refusal = hostsUnreadable
      continue
    }
    if (handled.outcome === 'accepted' && handled.state.status !== 'UNREGISTERED') {
      return { ok: true, hostId, sealingKey: getById(handled.state.sealingKeys.taken, nodeId) ?? null }
    }
    // There may be room on it.
    if (handled.outcome === 'rejected' && isPassing(handled.rejection)) refusal = hostsBusy(handled.rejection.code)
  }
  return { ok: false, rejection: refusal }
}

/** What was claimed and is not asked for after all. Where this is not reached, it expires by itself. */
export const releaseHost = (
  handler: Handler,
  hostId: HostId,
  { nodeId, instanceId, operationId }: Pick<HostWish, 'nodeId' | 'instanceId' | 'operationId'>,
  context: CommandContext,
) =>
  handler.handle(host, hostStream(hostId), { type: 'ReleaseClaim', hostId, nodeId, instanceId, operationId }, context)

/** Which host it was, and what others do on it, is no business of who asks. */
const hostsBusy = (code: Rejection['code']): Rejection => ({
  code,
  message: 'the hosts with room for it are busy with other instances: ask again in a moment',
})

/** Nor which host it was that cannot be read. */
const hostsUnreadable: Rejection = {
  code: 'UNREADABLE_HISTORY',
  message:
    'events of the hosts that could have room for it are missing or cannot be read: an administrator finds them in "coffer admin status" and "coffer admin log unreadable"',
}

const noCapacity = (spec: InstanceSpec, shortage: Shortage): Rejection => {
  const { datastore, version, vcpus, memoryMiB, volumeGiB } = spec
  const details = { vcpus, memoryMiB, volumeGiB, reason: shortage.kind }
  switch (shortage.kind) {
    case 'NO_HOST_UP':
      return { code: 'NO_CAPACITY', message: 'no host is up at the moment: start one, or try again later', details }
    case 'NO_ENGINE':
      return { code: 'NO_CAPACITY', message: `no host that is up has ${datastore} ${version}`, details }
    case 'CORDONED': {
      const message = `the hosts that have ${datastore} ${version} take no new instances for now: try again later, or ask an administrator`
      return { code: 'NO_CAPACITY', message, details }
    }
    case 'NO_ROOM': {
      const { lacks } = shortage
      const short = shortage.short.length > 0 || lacks ? shortage.short : resourceKinds
      const amounts = short.map((resource) => amountInWords(resource, spec[resource]))
      const asked = [...amounts, ...(lacks ? [needInWords(lacks)] : [])].join(' and ')
      const helps = short.length > 0 ? 'choose a smaller flavor or volume' : 'delete an instance'
      return {
        code: 'NO_CAPACITY',
        message: `no host has room for ${asked} more: ${helps}, or add a host`,
        details: { ...details, short: [...short, ...(lacks ? [lacks] : [])].join(' ') },
      }
    }
    default:
      return unreachable(shortage)
  }
}
