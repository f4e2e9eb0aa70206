import type { Decider } from '../decider.ts'
import type { FlavorCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { FlavorEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { absentFlavor, type FlavorState } from './state.ts'

export type { FlavorCommand } from './commands.ts'
export { type FlavorEvent, flavorEvents } from './events.ts'
export type { FlavorState } from './state.ts'
export { flavorCategory, flavorStream } from './stream.ts'

export const flavor: Decider<FlavorState, FlavorCommand, FlavorEvent> = { initial: absentFlavor, decide, evolve }
