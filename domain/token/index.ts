import type { Decider } from '../decider.ts'
import type { TokenCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { TokenEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { absentToken, type TokenState } from './state.ts'

export type { TokenCommand } from './commands.ts'
export { type TokenEvent, tokenEvents } from './events.ts'
export type { TokenState } from './state.ts'
export { tokenCategory, tokenStream } from './stream.ts'

export const token: Decider<TokenState, TokenCommand, TokenEvent> = { initial: absentToken, decide, evolve }
