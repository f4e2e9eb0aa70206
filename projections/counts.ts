import { type Health, healthStates } from '../domain/values/instance-spec.ts'
import { type HostDocument, hostStatuses, type InstanceStatus, instanceStatuses } from './documents.ts'
import type { ViewStore } from './ports/view-store.ts'
import { stateOf } from './views/instances.ts'

type Counter = Pick<ViewStore, 'count'>

/*
 * How many there are of each kind, also of those there are none of. The lists of the views are counted, never walked: it costs the same
 * however many instances there are or ever were. Throws `ViewStoreUnavailable`.
 */

export const countInstances = async (views: Counter): Promise<Record<InstanceStatus, number>> => {
  const [byStatus, byHealth, all, live] = await Promise.all([
    countEach(instanceStatuses, (status) => views.count('instances', 'state', status)),
    countActiveEngines(views),
    views.count('instances', 'all', 'all'),
    views.count('instances', 'all-live', 'all'),
  ])
  const active = Object.values(byHealth).reduce((sum, count) => sum + count, 0)
  // The two are not counted at the same moment: an instance that is made between them must not show as less than none.
  return { ...byStatus, ACTIVE: active, DELETED: Math.max(0, all - live) }
}

/** Engines of instances that are `ACTIVE`, by health. */
export const countActiveEngines = (views: Counter): Promise<Record<Health, number>> =>
  countEach(healthStates, (health) => views.count('instances', 'state', stateOf('ACTIVE', health)))

export const countHosts = (views: Counter): Promise<Record<HostDocument['status'], number>> =>
  countEach(hostStatuses, (status) => views.count('hosts', 'status', status))

const countEach = async <Value extends string>(
  values: readonly Value[],
  count: (value: Value) => Promise<number>,
): Promise<Record<Value, number>> => {
  const counted = await Promise.all(values.map(async (value) => [value, await count(value)] as const))
  // One entry for each value, which the compiler can not follow.
  return Object.fromEntries(counted) as Record<Value, number>
}
