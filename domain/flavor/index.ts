import { defineAggregate } from '../aggregate.ts'
import { flavorIdSchema } from '../ids.ts'
import { decide } from './decide.ts'
import { flavorEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { flavorShown } from './shown.ts'
import { absentFlavor } from './state.ts'

export type { FlavorCommand } from './commands.ts'
export { type FlavorEvent, flavorEvents } from './events.ts'
export type { FlavorState } from './state.ts'

export const flavor = defineAggregate({
  category: 'flavor',
  id: flavorIdSchema,
  events: flavorEvents,
  audience: 'admins',
  shown: flavorShown,
  leadsTo: 'nothing',
  initial: absentFlavor,
  decide,
  evolve,
})

export const flavorCategory = flavor.category
export const flavorStream = flavor.stream
