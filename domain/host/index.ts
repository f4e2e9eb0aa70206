import { defineAggregate } from '../aggregate.ts'
import { hostIdSchema } from '../ids.ts'
import { decide } from './decide.ts'
import { hostEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { hostShown } from './shown.ts'
import { unregisteredHost } from './state.ts'

export { committedNodes, freeCapacity, type HeldNode, heldNodes } from './capacity.ts'
export { isAdmitted } from './channel.ts'
export type { HostCommand, RegistrationKey } from './commands.ts'
export { type HostDescription, type HostEvent, hostEvents } from './events.ts'
export { rankHosts, type Shortage, shortageOf } from './placement.ts'
export { needInWords, sealingKeysResource } from './refusals.ts'
export type { Cordon, HostState, RegisteredHost, UnlistedNode } from './state.ts'

export const host = defineAggregate({
  category: 'host',
  id: hostIdSchema,
  events: hostEvents,
  audience: 'admins',
  shown: hostShown,
  leadsTo: 'something',
  initial: unregisteredHost,
  decide,
  evolve,
})

export const hostCategory = host.category
export const hostStream = host.stream
