import type { NodeId } from '../ids.ts'
import type { InstanceSpec } from '../values/instance-spec.ts'
import { release } from '../values/ledger.ts'
import { resourceKinds } from '../values/resources.ts'
import { freeCapacity, freePlaces, type Lack, lackOf } from './capacity.ts'
import type { HostState, RegisteredHost } from './state.ts'

/**
 * The hosts that can take a node of this spec at `now`, best first. Instances are spread: the host that keeps the largest share of what it
 * will have least of comes first, and among equals the one with the smaller id. What an earlier try has claimed for it is room for it.
 * A proposal, as the host's own stream decides.
 */
export const rankHosts = (
  hosts: readonly HostState[],
  spec: Omit<InstanceSpec, 'flavor'>,
  nodeId: NodeId,
  now: string,
): readonly RegisteredHost[] =>
  candidates(hosts, spec)
    .map((host) => ({ host, left: shareLeft({ ...host, claims: release(host.claims, nodeId) }, spec, now) }))
    .filter(({ left }) => left >= 0)
    .sort((a, b) => b.left - a.left || (a.host.hostId < b.host.hostId ? -1 : 1))
    .map(({ host }) => host)

/** Those that are up, not cordoned, and have the engine. */
const candidates = (hosts: readonly HostState[], spec: Omit<InstanceSpec, 'flavor'>) =>
  withEngine(hosts, spec).filter(({ cordon }) => cordon === null)

const withEngine = (hosts: readonly HostState[], { datastore, version }: Omit<InstanceSpec, 'flavor'>) =>
  hosts
    .filter((host) => host.status === 'UP')
    .filter(({ description }) =>
      description.engines.some((engine) => engine.datastore === datastore && engine.version === version),
    )

export type Shortage =
  | { readonly kind: 'NO_HOST_UP' | 'NO_ENGINE' | 'CORDONED' }
  /** On the host that comes nearest. */
  | ({ readonly kind: 'NO_ROOM' } & Lack)

/** Why no host takes the instance. Tells no amounts: what hosts have left follows from what all projects do. */
export const shortageOf = (hosts: readonly HostState[], spec: Omit<InstanceSpec, 'flavor'>, now: string): Shortage => {
  if (!hosts.some((host) => host.status === 'UP')) return { kind: 'NO_HOST_UP' }
  const [nearest] = candidates(hosts, spec)
    .map((host) => lackOf(host, spec, now))
    .sort((a, b) => countOf(a) - countOf(b))
  if (nearest) return { kind: 'NO_ROOM', ...nearest }
  return { kind: withEngine(hosts, spec).length > 0 ? 'CORDONED' : 'NO_ENGINE' }
}

const countOf = ({ short, lacks }: Lack): number => short.length + (lacks === null ? 0 : 1)

/** Of the capacity that the instance would leave scarcest; negative when it does not fit. */
const shareLeft = (host: RegisteredHost, spec: Omit<InstanceSpec, 'flavor'>, now: string): number => {
  const { capacity, instanceLimit } = host.description
  const free = freeCapacity(host, now)
  const shares = resourceKinds.map((kind) => (free[kind] - spec[kind]) / Math.max(1, capacity[kind]))
  const places = freePlaces(host, now)
  if (instanceLimit && places !== null) shares.push((places - 1) / Math.max(1, instanceLimit.atMost))
  return Math.min(...shares)
}
