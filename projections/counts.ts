import { type Health, healthStates } from '../domain/values/health.ts'
import { addResources, noResources, type Resources, resourceKinds } from '../domain/values/resources.ts'
import { type VolumeStage, volumeStages } from '../domain/values/volume-use.ts'
import type { ViewStore } from './ports/view-store.ts'
import { type HostDocument, hostStatuses } from './views/hosts.ts'
import { type InstanceStatus, instanceStatuses } from './views/instance-document.ts'
import { engineState, engineStatuses } from './views/instances.ts'
import { countEach, walkDocuments } from './walk-lists.ts'

type Counter = Pick<ViewStore, 'count'>

/*
 * How many there are of each kind, also of those there are none of. The lists of the views are counted, never walked: it costs the same
 * however many instances there are or ever were. Throws `ViewStoreUnavailable`.
 */

export const countInstances = async (views: Counter): Promise<Record<InstanceStatus, number>> => {
  const [byStatus, active, failed, all, live] = await Promise.all([
    countEach(instanceStatuses, (status) => views.count('instances', 'state', status)),
    countEngineStates(views, 'ACTIVE'),
    countEngineStates(views, 'FAILED'),
    views.count('instances', 'all', 'all'),
    views.count('instances', 'all-live', 'all'),
  ])
  return {
    ...byStatus,
    ACTIVE: byStatus.ACTIVE + sumOf(active),
    FAILED: byStatus.FAILED + sumOf(failed),
    // The two are not counted at the same moment: an instance that is made between them must not show as less than none.
    DELETED: Math.max(0, all - live),
  }
}

/** Engines that should serve, by health: of instances that are `ACTIVE`, and of those that have become `FAILED`. */
export const countEngines = async (views: Counter): Promise<Record<Health, number>> => {
  const counted = await Promise.all(engineStatuses.map((status) => countEngineStates(views, status)))
  return countEach(healthStates, async (health) => counted.reduce((sum, each) => sum + each[health], 0))
}

/** Instances that are not deleted, by how full their volumes are. */
export const countVolumes = (views: Counter): Promise<Record<VolumeStage, number>> =>
  countEach(volumeStages, (stage) => views.count('instances', 'volume-stage', stage))

const countEngineStates = (views: Counter, status: (typeof engineStatuses)[number]): Promise<Record<Health, number>> =>
  countEach(healthStates, (health) => views.count('instances', 'state', engineState(status, health)))

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

export const countHosts = (views: Counter): Promise<Record<(typeof hostStatuses)[number], number>> =>
  countEach(hostStatuses, (status) => views.count('hosts', 'status', status))

/** What is claimed of all hosts that are up, as a share of what they have. Walks the hosts, of which there are few. Empty without hosts. */
export const claimedShares = async (
  views: Pick<ViewStore, 'list'>,
): Promise<Partial<Record<keyof Resources, number>>> => {
  let capacity = noResources
  let claimed = noResources
  for await (const host of walkDocuments<HostDocument>(views, 'hosts', 'status', 'UP')) {
    capacity = addResources(capacity, host.capacity)
    claimed = addResources(claimed, host.claimed)
  }
  const shares = resourceKinds
    .filter((kind) => capacity[kind] > 0)
    .map((kind) => [kind, claimed[kind] / capacity[kind]])
  return Object.fromEntries(shares)
}
