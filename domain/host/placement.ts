import type { InstanceId } from '../ids.ts'
import type { InstanceSpec } from '../values/instance-spec.ts'
import { release } from '../values/ledger.ts'
import { freeCapacity } from './capacity.ts'
import type { HostState, RegisteredHost } from './state.ts'

const kinds = ['vcpus', 'memoryMiB', 'volumeGiB'] as const

/**
 * The hosts that can take the instance at `now`, best first. Instances are spread: the host that keeps the largest share of what it
 * will have least of comes first, and among equals the one with the smaller id. What an earlier try has claimed for it is room for it.
 * A proposal, as the host's own stream decides.
 */
export const rankHosts = (
  hosts: readonly HostState[],
  spec: Omit<InstanceSpec, 'flavor'>,
  instanceId: InstanceId,
  now: string,
): readonly RegisteredHost[] =>
  hosts
    .filter((host) => host.status === 'UP')
    .filter(({ description }) =>
      description.engines.some(({ datastore, version }) => datastore === spec.datastore && version === spec.version),
    )
    .map((host) => ({ host, left: shareLeft({ ...host, claims: release(host.claims, instanceId) }, spec, now) }))
    .filter(({ left }) => left >= 0)
    .sort((a, b) => b.left - a.left || (a.host.hostId < b.host.hostId ? -1 : 1))
    .map(({ host }) => host)

/** Of the capacity that the instance would leave scarcest; negative when it does not fit. */
const shareLeft = (host: RegisteredHost, spec: Omit<InstanceSpec, 'flavor'>, now: string): number => {
  const free = freeCapacity(host, now)
  return Math.min(...kinds.map((kind) => (free[kind] - spec[kind]) / Math.max(1, host.description.capacity[kind])))
}
