import { z } from 'zod'
import { defineAggregate } from '../aggregate.ts'
import { decide } from './decide.ts'
import { fleetEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { fleetShown } from './shown.ts'
import { newFleet } from './state.ts'

export type { FleetCommand, UsedJoinToken } from './commands.ts'
export { type FleetEvent, fleetEvents } from './events.ts'
export type { FleetState, IssuedJoinToken } from './state.ts'

/** There is one. */
export const fleet = defineAggregate({
  category: 'fleet',
  id: z.literal('hosts'),
  events: fleetEvents,
  audience: 'admins',
  shown: fleetShown,
  leadsTo: 'nothing',
  initial: newFleet,
  decide,
  evolve,
})

export const fleetCategory = fleet.category
export const fleetStream = fleet.stream('hosts')
