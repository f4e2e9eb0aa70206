import type { Decider } from '../decider.ts'
import type { HostCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { HostEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { type HostState, unregisteredHost } from './state.ts'

export { freeCapacity } from './capacity.ts'
export type { HostCommand } from './commands.ts'
export { type HostDescription, type HostEvent, hostEvents } from './events.ts'
export { rankHosts, type Shortage, shortageOf } from './placement.ts'
export { sealingKeysResource } from './refusals.ts'
export type { HostState, RegisteredHost } from './state.ts'
export { hostCategory, hostStream } from './stream.ts'

export const host: Decider<HostState, HostCommand, HostEvent> = { initial: unregisteredHost, decide, evolve }
