import type { HostId } from '../ids.ts'

/** The hosts and what must be theirs alone. A host's own stream says all else of it. */
export type FleetState = { readonly names: ReadonlyMap<HostId, string> }

export const newFleet: FleetState = { names: new Map() }
