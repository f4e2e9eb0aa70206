import { lapse } from '../values/ledger.ts'
import { type Resources, subtractResources } from '../values/resources.ts'
import type { RegisteredHost } from './state.ts'

/** What new instances may still take at `now`; negative where the host has become smaller than what it carries. */
export const freeCapacity = (host: RegisteredHost, now: string): Resources =>
  subtractResources(host.description.capacity, lapse(host.claims, now).live.total)
