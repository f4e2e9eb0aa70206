import type { InstanceId, NodeId } from '../ids.ts'
import { getById } from '../values/id-map.ts'
import { committedIds, heldIds, lapse } from '../values/ledger.ts'
import { type Resources, resourceKinds, subtractResources } from '../values/resources.ts'
import type { InstanceNeed } from './events.ts'
import type { RegisteredHost } from './state.ts'

/** What new instances may still take at `now`; negative where the host has become smaller than what it carries. */
export const freeCapacity = ({ description, claims }: RegisteredHost, now: string): Resources =>
  subtractResources(description.capacity, lapse(claims, now).live.total)

/** How many more instances may be there at `now`, whatever they take; null where the host has not told. */
export const freePlaces = ({ description: { instanceLimit }, claims }: RegisteredHost, now: string): number | null =>
  instanceLimit ? instanceLimit.atMost - lapse(claims, now).live.total.instances : null

/** A node that holds capacity, and whose it is. */
export type HeldNode = { readonly nodeId: NodeId; readonly instanceId: InstanceId }

export const ownersOf = ({ owners }: Pick<RegisteredHost, 'owners'>, nodeIds: readonly NodeId[]): readonly HeldNode[] =>
  nodeIds.flatMap((nodeId) => {
    const instanceId = getById(owners, nodeId)
    return instanceId ? [{ nodeId, instanceId }] : []
  })

/** All nodes that hold anything of the host, also what may come to nothing. */
export const heldNodes = (host: RegisteredHost): readonly HeldNode[] => ownersOf(host, heldIds(host.claims))

/** Those that were requested: the host is to have them. */
export const committedNodes = (host: RegisteredHost): readonly HeldNode[] => ownersOf(host, committedIds(host.claims))

/** `short`: of what there is too little. `lacks`: what one more instance would need and cannot have; null for nothing. */
export type Lack = { readonly short: readonly (keyof Resources)[]; readonly lacks: InstanceNeed | null }

/** What keeps the host from taking an instance of these resources at `now`. */
export const lackOf = (host: RegisteredHost, wanted: Resources, now: string): Lack => {
  const free = freeCapacity(host, now)
  const short = resourceKinds.filter((kind) => free[kind] < wanted[kind])
  const places = freePlaces(host, now)
  const isFull = places !== null && places < 1
  return { short, lacks: isFull ? (host.description.instanceLimit?.limitedBy ?? null) : null }
}
